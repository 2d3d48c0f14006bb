"""The state of one replica at a given rate, and the moments of its first token and of the tokens after it.

Prompts that arrive in one engine step run in the next: steps form a branching process. A first token waits for the
rest of the step in progress. The tokens of a request take a busy period that its own steps and the waiting prompts
start.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from planner.formulas import queueing
from planner.formulas.distribution import Mixture, without
from planner.formulas.types import Array
from planner.load.curves import GRID, Curves, at_index, grid_position, rate_at, running_at
from planner.load.demand import POWERS, Demand

# Mean over a life of a quantity that forgets itself within one: variance that is left, 2 (T - 1 + exp(-T)) at T = 1.
LASTING = 0.7358
# Highest share of time for prompts that moments are taken at: beyond it they are not finite.
LEVEL = 0.97
# A smaller share of requests is taken as none.
RARE = 1e-6
Moments = tuple[Array, Array, Array]


@dataclass(frozen=True)
class State:
    """One level: columns of M designs.

    plain: a step without prompts [s]; prompt, prompt_sd, prompt_skew: device time of one's own; work, work2, work3: raw
    moments of what a prompt adds for the others; rho: share of time that prompts take; spread: standard deviation of
    the number that runs, slope: growth of a step with that number; idle: chance to find nothing running.
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


def state_of(c: Curves, rate: Array, slots: Array, cv_arrival: Array) -> State:
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
    _, cv, skew = (np.interp(c.power, POWERS, column) for column in demand.prompt_spread)
    work2, work3 = work**2 * (1.0 + cv**2), work**3 * (1.0 + 3.0 * cv**2 + skew * cv**3)
    spread = _spread(c, rows, held, running, position) * _lumps(rho, cv)
    above, below = at_index(c.step_s, rows, position + 0.5), at_index(c.step_s, rows, np.maximum(position - 0.5, 0.0))
    slope = (above - below) / np.maximum(crowd * (2.0**0.5 - 2.0**-0.5), 1.0)
    idle = np.exp(-crowd - held * work)
    return State(
        held,
        cv_arrival,
        crowd,
        spread,
        slope,
        plain,
        prompt,
        prompt * cv,
        skew,
        work,
        work2,
        work3,
        rho,
        idle,
        rate / np.maximum(limit, 1e-30),
        full,
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


def _lumps(rho: Array, cv: Array) -> Array:
    """Factor on the spread of the number in service where prompts take a share `rho` of the time, `cv` apart.

    An arrival not only adds one: its prompt holds up those that decode. Around the mean the number is a process with
    the drift gain / (1 - rho) and, per arrival, the noise of 1 + r w and of a departure, with r = rho / (1 - rho) and w
    the prompt's work over its mean.
    """
    return np.sqrt(0.5 * ((1.0 + (rho * cv) ** 2) / (1.0 - rho) + 1.0 - rho))


def _excess(s: State, span_s: Array) -> Array:
    return queueing.palm_excess(span_s, rate_per_s=s.rate, cv=s.cv)


def crowding(s: State, span_s: Array) -> Array:
    """Index of dispersion of the arrivals within `span_s`: one for Poisson."""
    return 1.0 + 2.0 * _excess(s, span_s)


def first_token(c: Curves, s: State) -> tuple[Array, Moments, Moments, Moments]:
    """Chance that the step a request meets carries prompts; moments of the time to first token with a slot free, if it
    does not and if it does; and of the step with one's own prompt.

    A request meets a step of length b with a chance in proportion to b. Of that step a uniform part is left, and all
    that arrived in it is computed with one's own prompt. Where nothing runs, nothing is met.
    """
    bulk2 = s.work2 + 0.5 * (crowding(s, (s.plain + s.work) / (1.0 - s.rho)) - 1.0) * s.work**2
    step, step2, step3 = queueing.step_moments(s.plain, rate_per_s=s.rate, work_s=_below(s), work2=bulk2, work3=s.work3)
    met1, met2 = step + step2 / step, (step3 + 3.0 * step * step2 + step**3) / step
    reach = (s.plain + s.work) / (1.0 - s.rho)
    before = np.maximum(
        _excess(s, reach) - _excess(s, 0.5 * s.plain), 0.0
    )  # others of one's own burst, already in the step
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
    return chance, none[0], some[0], own


def _after(c: Curves, s: State, met: Array, met2: Array, busy: Array) -> tuple[Moments, Moments]:
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
    late = c.fixed_s + c.waits * s.plain + (scale - 1.0) * s.prompt
    late = late + np.hypot(c.launch_s, own[0]) - own[0]
    mean = own[0] + late + left
    variance = (scale * sd) ** 2 + others[1] + left_var + 2.0 * both
    third = (scale * sd) ** 3 * skew + others[2]
    # A longer step leaves more to wait for, and has let more prompts come; its own spread is taken as a gamma's.
    pull = 0.5 + s.rho * ratio
    third = third + busy * (3.0 * pull * s.rate * s.work2 * ratio**2 * met_var + 2.0 * pull**3 * met_var**2 / met)
    return (mean, variance, third), own


def _below(s: State) -> Array:
    return np.minimum(s.work, LEVEL / np.maximum(s.rate, 1e-30))


@dataclass(frozen=True)
class Decode:
    """Time of g token gaps: a busy period that g plain steps and the waiting prompts start [Takacs 1962].

    With V = g plain + Y of work at the first token, Y the prompts that came during one's own, the time has the
    cumulants k1 = V / (1 - rho), k2 = var Y / (1 - rho)^2 + V r2, k3 = third Y / (1 - rho)^3 + 3 var Y r2 / (1 - rho)
    + V r3 with r2 = rate E2 / (1 - rho)^3, r3 = rate E3 / (1 - rho)^4 + 3 (rate E2)^2 / (1 - rho)^5.
    """

    gap: Array
    start: Moments
    r2: Array
    r3: Array
    slow: Array
    free: Array
    own_s: Array
    seen: Array

    @classmethod
    def of(cls, c: Curves, s: State, own: Moments) -> Decode:
        free = 1.0 - s.rho
        # Evener arrivals meet fewer others, but a step has one sequence at least.
        seen = np.maximum(s.plain + s.slope * 2.0 * _excess(s, c.demand.osl * s.plain / free), c.step_s[:, 0])
        step = seen / free
        span = c.demand.osl * step
        bulk2 = s.work2 + (crowding(s, span) - 1.0) * s.work**2
        flow2, flow3 = s.rate * bulk2, s.rate * s.work3
        # Others of one's own burst come while it decodes.
        late = _excess(s, own[0] + span) - _excess(s, 0.5 * step)
        y = s.rho * own[0] + late * s.work
        y_var = s.rate * s.work2 * own[0] + s.rho**2 * own[1] + late * s.work2 + (late * s.work) ** 2
        y_third = flow3 * own[0] + 3.0 * s.rho * flow2 * own[1] + s.rho**3 * own[2]
        r2, r3 = flow2 / free**3, flow3 / free**4 + 3.0 * flow2**2 / free**5
        start = (y / free, y_var / free**2 + y * r2, y_third / free**3 + 3.0 * y_var * r2 / free + y * r3)
        slow = (s.slope * s.spread / free) ** 2 * LASTING * crowding(s, span)
        return cls(step, start, seen * r2, seen * r3, slow, free, own[0], seen)

    def per_token(self, demand: Demand, s: State) -> Mixture:
        """A request's mean time per token: for every part of the output lengths those that no prompt cuts in on, and
        the others. The two together have the moments of the busy period."""
        columns = []
        for share, gaps, inverse in zip(*demand.gap_parts, strict=True):
            alone = queueing.silence(self.own_s + (gaps - 1.0) * s.plain, rate_per_s=s.rate, cv=s.cv)
            alone = np.where(alone < RARE, 0.0, np.where(alone > 1.0 - RARE, 1.0, alone))
            calm = (self.seen, self.slow * self.free**2, np.zeros_like(self.seen))
            met = without(self._all(*inverse), calm, np.minimum(alone, 1.0 - RARE))
            columns += [(share * alone, *calm), (share * (1.0 - alone), *met)]
        return replace(Mixture(*(np.stack(v, axis=-1) for v in zip(*columns, strict=True))), least=s.plain)

    def _all(self, i1: float, i2: float, i3: float) -> Moments:
        """Moments over all requests of a part, from the means of 1/g, 1/g^2 and 1/g^3 over it."""
        b, v, t = self.start
        mean = self.gap + b * i1
        variance = self.r2 * i1 + v * i2 + b**2 * (i2 - i1**2) + self.slow
        third = self.r3 * i2 + t * i3 + 3.0 * b * (self.r2 * (i2 - i1**2) + v * (i3 - i1 * i2))
        third = third + b**3 * (i3 - 3.0 * i1 * i2 + 2.0 * i1**3)
        return mean, variance, third
