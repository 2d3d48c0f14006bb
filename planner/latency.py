"""Percentiles of latency under open-loop arrivals, in closed form, for columns of designs.

Time to first token: what is left of the step a request falls into, then the step that carries its prompt and those
that came meanwhile; and a wait for a slot when all are taken. Time per token: the steps, which grow with the number
that runs and with prompts that cut in. Each latency is carried as three moments, so that quantiles follow from a
shifted lognormal. Derivation and validation against the simulation: docs/method.md, docs/accuracy.md.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from planner.demand import POWERS
from planner.formulas import queueing
from planner.formulas.distribution import Mixture, joined
from planner.formulas.types import Array
from planner.serving import GRID, Curves, at_index, grid_position, rate_at, running_at

BLOCK = 8192
# Mean over a life of a quantity that forgets itself within one: variance that is left, 2 (T - 1 + exp(-T)) at T = 1.
LASTING = 0.7358


@dataclass(frozen=True)
class Latency:
    """M rows: the three latencies [s] over the levels of the rate, and where the design stands at the mean rate."""

    running: Array
    utilization: Array
    ttft: Mixture
    tpot: Mixture
    e2e: Mixture

    def take(self, rows: Array) -> Latency:
        return Latency(*(getattr(self, name)[rows] for name in ("running", "utilization")), *self._mixtures(rows))

    def _mixtures(self, rows: Array) -> tuple[Mixture, Mixture, Mixture]:
        return self.ttft.take(rows), self.tpot.take(rows), self.e2e.take(rows)

    def value(self, metric: str, percentile: str) -> Array:
        """`metric` is ttft, tpot or e2e; `percentile` mean, p50, p90, p95 or p99."""
        mixture: Mixture = getattr(self, metric)
        return mixture.average if percentile == "mean" else mixture.quantile(float(percentile[1:]) / 100.0)

    def within(self, metric: str, percentile: str, limit: float) -> Array:
        """Whether the percentile is at most `limit` [s]; cheaper than the percentile itself."""
        mixture: Mixture = getattr(self, metric)
        if percentile == "mean":
            return mixture.average <= limit
        return mixture.cdf(np.full(len(self.running), limit)) >= float(percentile[1:]) / 100.0


def latency_of(c: Curves, rows: Array, rate: Array, slots: Array) -> Latency:
    """`latency` for designs `rows`, in blocks that stay in the cache."""
    starts = range(0, max(1, len(rows)), BLOCK)
    parts = [latency(c.take(rows[i : i + BLOCK]), rate[i : i + BLOCK], slots[i : i + BLOCK]) for i in starts]
    if len(parts) == 1:
        return parts[0]

    def stacked(name: str) -> Mixture:
        mixtures = [getattr(part, name) for part in parts]
        return Mixture(*(np.concatenate([getattr(m, n) for m in mixtures]) for n in Mixture.__dataclass_fields__))

    columns = (np.concatenate([getattr(part, name) for part in parts]) for name in ("running", "utilization"))
    return Latency(*columns, *(stacked(name) for name in ("ttft", "tpot", "e2e")))


def latency(c: Curves, rate: Array, slots: Array) -> Latency:
    """Latency at a mean of `rate` arrivals a second and `slots` sequences at once.

    Each level of the rate is taken as lasting; a level above what the slots sustain has no finite first token.
    """
    # Requests go to the replica with the least to do: of N replicas each sees about every Nth.
    sharing = np.maximum(1.0, c.demand.total_per_s / np.maximum(rate, 1e-30))
    cv = c.demand.cv_arrival / np.sqrt(sharing)
    levels = [(share, _level(c, rate * factor, slots, cv)) for factor, share in c.demand.levels]
    if len(levels) == 1:
        return levels[0][1]
    rows = len(c.step_s)
    limit = rate_at(c, np.arange(rows), np.maximum(slots, 1e-9))

    def over(name: str) -> Mixture:
        return joined(*((np.full((rows, 1), share), getattr(part, name)) for share, part in levels))

    running = sum(share * part.running for share, part in levels)
    return Latency(running, rate / np.maximum(limit, 1e-30), over("ttft"), over("tpot"), over("e2e"))


@dataclass(frozen=True)
class _State:
    """One level: columns of M designs.

    plain: a step without prompts [s]; work, work2, work3: raw moments of what a prompt adds for the others, and own2,
    own3 of what it takes for itself; rho: share of time that prompts take; spread: standard deviation of the number that
    runs, slope: growth of a step with that number; idle: chance to find nothing running.
    """

    rate: Array
    cv: Array
    running: Array
    spread: Array
    slope: Array
    plain: Array
    prompt: Array
    prompt_sd: Array
    prompt_skew: Array
    work: Array
    work2: Array
    work3: Array
    rho: Array
    idle: Array
    utilization: Array
    full: Array


LEVEL = 0.97


def _state(c: Curves, rate: Array, slots: Array, cv_arrival: Array) -> _State:
    demand, rows = c.demand, np.arange(len(c.step_s))
    slots = np.maximum(slots, 1e-9)
    limit = rate_at(c, rows, slots)
    full = (rate >= limit) | (slots < 0.999)
    held = np.minimum(rate, limit)
    position, running = running_at(c, held)
    for _ in range(2):
        plain = at_index(c.step_s, rows, position)
        work = _effective(c, at_index(c.prompt_s, rows, position), plain, held, cv_arrival)
        rho = np.minimum(held * work, LEVEL)
        # Prompts that come while one's own is computed wait for its first token, and slow the next ones.
        span = (plain + work * (1.0 + rho)) * rho / (1.0 - rho)
        crowd = np.minimum(running + held * span, slots)
        position = grid_position(np.maximum(crowd, 1e-9))
    plain = at_index(c.step_s, rows, position)
    prompt = at_index(c.prompt_s, rows, position)
    cv, skew = (np.interp(c.power, POWERS, column) for column in demand.prompt_spread)
    work2, work3 = work**2 * (1.0 + cv**2), work**3 * (1.0 + 3.0 * cv**2 + skew * cv**3)
    spread = _spread(c, rows, held, running, position)
    above, below = at_index(c.step_s, rows, position + 0.5), at_index(c.step_s, rows, np.maximum(position - 0.5, 0.0))
    slope = (above - below) / np.maximum(crowd * (2.0**0.5 - 2.0**-0.5), 1.0)
    idle = np.exp(-crowd - held * work)
    return _State(
        held, cv_arrival, crowd, spread, slope, plain, prompt, prompt * cv, skew, work, work2, work3, rho, idle, rate / np.maximum(limit, 1e-30), full
    )


def _effective(c: Curves, prompt: Array, plain: Array, rate: Array, cv: Array) -> Array:
    """What a prompt adds to the steps of others on average: prompts that come in one step pay what is common once."""
    alone = prompt + c.overhead * plain
    step = plain / (1.0 - np.minimum(rate * alone, 0.9))
    seen = np.maximum(rate * step, 1e-9)
    together = seen / -np.expm1(-seen)
    together = together + 2.0 * np.maximum(queueing.palm_excess(0.5 * step, rate_per_s=rate, cv=cv), 0.0)
    return alone - c.shared * prompt * (1.0 - 1.0 / np.maximum(together, 1.0))


def _spread(c: Curves, rows: Array, rate: Array, running: Array, position: Array) -> Array:
    """Standard deviation of the number in service: rate over the slope of the rate curve, as of a birth-death chain.

    With service that does not slow down it is the root of the mean; where steps grow with the number, it is more.
    """
    low, high = np.maximum(position - 0.5, 0.0), np.minimum(position + 0.5, len(GRID) - 1.0)
    gain = (at_index(c.rate_per_s, rows, high) - at_index(c.rate_per_s, rows, low)) / (2.0**high - 2.0**low)
    least = 0.05 * rate / np.maximum(running, 1e-9)
    return np.sqrt(np.maximum(rate / np.maximum(gain, least), 1e-12))


def _excess(s: _State, span_s: Array) -> Array:
    return queueing.palm_excess(span_s, rate_per_s=s.rate, cv=s.cv)


def _crowding(s: _State, span_s: Array) -> Array:
    """Index of dispersion of the arrivals within `span_s`: one for Poisson."""
    return 1.0 + 2.0 * _excess(s, span_s)


Moments = tuple[Array, Array, Array]


def _level(c: Curves, rate: Array, slots: Array, cv: Array) -> Latency:
    s = _state(c, rate, slots, cv)
    carrying, none, some, own = _first_token(c, s)
    decode = _Decode.of(c, s, own)
    waiting, wait = _slot_wait(c, s, decode, slots)
    one = np.ones((len(rate), 1))
    tpot = Mixture(one, *(v[:, None] for v in decode.per_token()))
    first = _pooled(carrying, none, some)
    e2e = Mixture(one, *(v[:, None] for v in _whole(c, s, first, decode, waiting, wait)))
    return Latency(s.running, s.utilization, _with_wait(carrying, none, some, waiting, wait, s.full), tpot, e2e)


def _first_token(c: Curves, s: _State) -> tuple[Array, Moments, Moments, Moments]:
    """Chance that the step a request meets carries prompts; moments of the time to first token with a slot free, if it
    does not and if it does; and of the step with one's own prompt.

    A request meets a step of length b with a chance in proportion to b. Of that step a uniform part is left, and all
    that arrived in it is computed with one's own prompt. Where nothing runs, nothing is met.
    """
    bulk2 = s.work2 + 0.5 * (_crowding(s, (s.plain + s.work) / (1.0 - s.rho)) - 1.0) * s.work**2
    step, step2, step3 = queueing.step_moments(s.plain, rate_per_s=s.rate, work_s=_below(s), work2=bulk2, work3=s.work3)
    met1, met2 = step + step2 / step, (step3 + 3.0 * step * step2 + step**3) / step
    reach = (s.plain + s.work) / (1.0 - s.rho)
    before = np.maximum(_excess(s, reach) - _excess(s, 0.5 * s.plain), 0.0)  # others of one's own burst, already in the step
    carrying = 1.0 - (1.0 - queueing.carrying_share(s.plain, step, rate_per_s=s.rate)) * np.exp(-before)
    met2 = met2 + 2.0 * met1 * before * s.work + before * s.work2 + 2.0 * (before * s.work) ** 2
    met1 = met1 + before * s.work
    long1 = (met1 - (1.0 - carrying) * s.plain) / carrying
    long2 = np.maximum((met2 - (1.0 - carrying) * s.plain**2) / carrying, long1**2)
    # Engines that stop decoding for prompts run them without the plain step.
    alone = np.minimum((1.0 - c.beside) * s.plain, 0.9 * long1)
    long2, long1 = long2 - 2.0 * alone * long1 + alone**2, long1 - alone
    busy = 1.0 - s.idle
    chance = carrying * busy
    none = _after(c, s, s.plain, s.plain**2, busy * (1.0 - carrying) / np.maximum(1.0 - chance, 1e-12))
    some = _after(c, s, long1, long2, np.ones_like(busy))
    own = tuple((1.0 - chance) * a + chance * b for a, b in zip(none[1], some[1], strict=True))
    return chance, none[0], some[0], own  # type: ignore[return-value]


def _after(c: Curves, s: _State, met: Array, met2: Array, busy: Array) -> tuple[Moments, Moments]:
    """First token and own step for those who meet a step with raw moments `met`, `met2`, or with 1 - busy none."""
    met_var = met2 - met**2
    # Never fewer than none: evener arrivals leave less than the mean.
    near = 2.0 * np.maximum(_excess(s, 0.5 * met), -0.5 * s.rate * met * busy)
    work = s.prompt * (1.0 - c.shared) + c.overhead * s.plain
    ratio = work / s.work
    # How many of a burst come together varies like a geometric number.
    count, burst = s.rate * met * busy + near, (np.maximum(near, 0.0) * work) ** 2
    others = (
        count * work,
        count * s.work2 * ratio**2 + burst + busy * (s.rho * ratio) ** 2 * met_var,
        count * s.work3 * ratio**3 + 2.0 * (np.maximum(near, 0.0) * work) ** 3,
    )
    left = busy * 0.5 * met
    left_var = busy * met2 / 3.0 - left**2
    both = busy * s.rho * ratio * 0.5 * met_var  # what is left and who came grow with the same step
    sd, skew = s.prompt_sd, s.prompt_skew
    own = ((c.beside + c.overhead) * s.plain + s.prompt + others[0], sd**2 + others[1], sd**3 * skew + others[2])
    scale = c.own * c.own_factor
    late = c.fixed_s + (c.steps - 1.0) * c.chunks * s.plain + (scale - 1.0) * s.prompt
    mean = own[0] + late + left
    variance = (scale * sd) ** 2 + others[1] + left_var + 2.0 * both
    third = (scale * sd) ** 3 * skew + others[2]
    return (mean, variance, third), own


def _below(s: _State) -> Array:
    return np.minimum(s.work, LEVEL / np.maximum(s.rate, 1e-30))


@dataclass(frozen=True)
class _Decode:
    """Time of g token gaps: a busy period that g plain steps and the waiting prompts start (Takacs 1962).

    With V = g plain + Y of work at the first token, Y the prompts that came during one's own, the time has the
    cumulants k1 = V / (1 - rho), k2 = var Y / (1 - rho)^2 + V r2, k3 = third Y / (1 - rho)^3 + 3 var Y r2 / (1 - rho)
    + V r3 with r2 = rate E2 / (1 - rho)^3, r3 = rate E3 / (1 - rho)^4 + 3 (rate E2)^2 / (1 - rho)^5.
    """

    gap: Array
    start: Moments
    r2: Array
    r3: Array
    slow: Array
    inverse: tuple[float, float, float]

    @classmethod
    def of(cls, c: Curves, s: _State, own: Moments) -> _Decode:
        free = 1.0 - s.rho
        seen = s.plain + s.slope * 2.0 * _excess(s, c.demand.osl * s.plain / free)
        step = seen / free
        span = c.demand.osl * step
        bulk2 = s.work2 + (_crowding(s, span) - 1.0) * s.work**2
        flow2, flow3 = s.rate * bulk2, s.rate * s.work3
        # Others of one's own burst come while it decodes.
        late = _excess(s, own[0] + span) - _excess(s, 0.5 * step)
        y = s.rho * own[0] + late * s.work
        y_var = s.rate * s.work2 * own[0] + s.rho**2 * own[1] + late * s.work2 + (late * s.work) ** 2
        y_third = flow3 * own[0] + 3.0 * s.rho * flow2 * own[1] + s.rho**3 * own[2]
        r2, r3 = flow2 / free**3, flow3 / free**4 + 3.0 * flow2**2 / free**5
        start = (y / free, y_var / free**2 + y * r2, y_third / free**3 + 3.0 * y_var * r2 / free + y * r3)
        slow = (s.slope * s.spread / free) ** 2 * LASTING * _crowding(s, span)
        return cls(step, start, seen * r2, seen * r3, slow, c.demand.gaps_inverse)

    def per_token(self) -> Moments:
        """Moments of a request's mean time per token, over requests of all lengths."""
        b, v, t = self.start
        i1, i2, i3 = self.inverse
        mean = self.gap + b * i1
        variance = self.r2 * i1 + v * i2 + b**2 * (i2 - i1**2) + self.slow
        third = self.r3 * i2 + t * i3 + 3.0 * b * (self.r2 * (i2 - i1**2) + v * (i3 - i1 * i2))
        third = third + b**3 * (i3 - 3.0 * i1 * i2 + 2.0 * i1**3)
        return mean, variance, third


def _slot_wait(c: Curves, s: _State, decode: _Decode, slots: Array) -> tuple[Array, Array]:
    """(chance to find all slots taken, mean wait then)."""
    drain = s.rate / np.maximum(np.minimum(s.utilization, 1.0), 1e-30)
    crowding = _crowding(s, c.demand.osl * decode.gap)
    return queueing.many_server_wait(
        s.running, s.spread * np.sqrt(crowding), slots, utilization=s.utilization, drain_per_s=drain,
        cv2=crowding,
    )  # fmt: skip


def _with_wait(
    carrying: Array, none: Moments, some: Moments, waiting: Array, wait: Array, full: Array
) -> Mixture:
    """The four ways to a first token: prompts met or not, slot free or not."""
    ways, shares = [], []
    for chance, first in ((1.0 - carrying, none), (carrying, some)):
        ways += [first, (first[0] + wait, first[1] + wait**2, first[2] + 2.0 * wait**3)]
        shares += [chance * (1.0 - waiting), chance * waiting]
    columns = [np.where(full[:, None], np.inf, np.stack(part, axis=1)) for part in zip(*ways, strict=True)]
    return Mixture(np.stack(shares, axis=1), *columns)


def _pooled(chance: Array, none: Moments, some: Moments) -> Moments:
    """Three moments of a mixture of two."""
    a, b = 1.0 - chance, chance
    mean = a * none[0] + b * some[0]
    p, q = none[0] - mean, some[0] - mean
    variance = a * (none[1] + p**2) + b * (some[1] + q**2)
    third = a * (none[2] + 3.0 * p * none[1] + p**3) + b * (some[2] + 3.0 * q * some[1] + q**3)
    return mean, variance, third


def _whole(c: Curves, s: _State, first: Moments, decode: _Decode, waiting: Array, wait: Array) -> Moments:
    """Moments from arrival to the last token: first token, slot wait, and the gaps after it."""
    o, per = c.demand.output, decode.gap
    gaps = max(o.mean - 1.0, 0.0)
    spread2 = (o.cv * o.mean) ** 2
    b, v, t = decode.start
    lengths = per**2 * spread2
    mean = first[0] + waiting * wait + gaps * per + b
    variance = first[1] + waiting * (2.0 - waiting) * wait**2 + lengths + gaps * decode.r2 + v
    variance = variance + (gaps**2 + spread2) * decode.slow
    variance = variance + 2.0 * c.demand.correlation * np.sqrt(first[1] * lengths)
    third = first[2] + per**3 * spread2**1.5 * o.skew + 3.0 * per * spread2 * decode.r2 + gaps * decode.r3 + t
    third = third + waiting * wait**3 * (6.0 - 6.0 * waiting + 2.0 * waiting**2)
    values = (mean, np.maximum(variance, 1e-18), third)
    return tuple(np.where(s.full, np.inf, x) for x in values)  # type: ignore[return-value]


def closed_loop(c: Curves, clients: Array, slots: Array) -> tuple[Array, Latency]:
    """Rate and latency with `clients` that each send the next request when one ends.

    Little's law fixes the rate: clients = rate x end-to-end time, found by bisection. Beyond the slots
    the rest queue; their wait is part of TTFT.
    """
    seated = np.minimum(clients, slots)
    still = replace(c, demand=replace(c.demand, cv_arrival=0.0, levels=((1.0, 1.0),)))
    room = np.full_like(seated, 1e9)
    low, high = np.zeros_like(seated), c.rate_per_s.max(axis=1)
    for _ in range(40):
        rate = 0.5 * (low + high)
        over = rate * latency(still, rate, room).e2e.average > seated
        low, high = np.where(over, low, rate), np.where(over, rate, high)
    figures = latency(still, low, room)
    queued = ((clients - seated) / np.maximum(low, 1e-30))[:, None]
    limit = rate_at(c, np.arange(len(c.step_s)), slots)
    return low, replace(
        figures,
        ttft=replace(figures.ttft, mean=figures.ttft.mean + queued),
        e2e=replace(figures.e2e, mean=figures.e2e.mean + queued),
        utilization=low / np.maximum(limit, 1e-30),
    )
