"""Percentiles of latency under open-loop arrivals, in closed form, for columns of designs.

Time to first token: what is left of the step a request falls into, then the step that carries its prompt and those
that came meanwhile; and a wait for a slot when all are taken. Time per token: the steps, which grow with the number
that runs and with prompts that cut in. Each latency is carried as three moments, so that quantiles follow from a
shifted lognormal. Derivation and validation against the simulation: docs/method.md, docs/accuracy.md.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import field
from functools import cached_property

import numpy as np

from planner.formulas import queueing
from planner.formulas.columns import COLUMN, Columns
from planner.formulas.distribution import Mixture, over_levels
from planner.formulas.powers import cube
from planner.formulas.types import Array
from planner.frozen import dataclass
from planner.load.curves import Curves, rate_at
from planner.load.decode import Decode
from planner.load.first_token import First, first_token
from planner.load.state import Moments, State, state_of
from planner.progress import checkpoint

BLOCK = 8192


@dataclass(frozen=True)
class Latency(Columns):
    """M rows: the three latencies [s] over the levels of the rate, and where the design stands at the mean rate.

    Where no output has a second token there is no time per token: it is NaN, and within every limit.
    """

    running: Array = field(metadata=COLUMN)
    utilization: Array = field(metadata=COLUMN)
    ttft: Mixture = field(metadata=COLUMN)
    tpot: Mixture = field(metadata=COLUMN)
    e2e: Mixture = field(metadata=COLUMN)

    def value(self, metric: str, percentile: str) -> Array:
        """`metric` is ttft, tpot or e2e; `percentile` mean, p50, p90, p95 or p99."""
        if percentile == "mean":
            mixture: Mixture = getattr(self, metric)
            return np.where(_absent(mixture), np.nan, mixture.average)
        return self.quantiles(metric, (float(percentile[1:]) / 100.0,))[0]

    def quantiles(self, metric: str, levels: Sequence[float]) -> Array:
        """Values of `metric` that these shares of requests do not pass, K x M; each is found once."""
        asked = metric, tuple(levels)
        if asked not in self._found:
            mixture: Mixture = getattr(self, metric)
            found = mixture.quantiles(levels)
            if metric == "e2e":  # no answer is there before its first token, whatever three moments say of the sum
                found = np.maximum(found, self.quantiles("ttft", levels))
            self._found[asked] = np.where(_absent(mixture), np.nan, found)
        return self._found[asked]

    @cached_property
    def _found(self) -> dict[tuple[str, tuple[float, ...]], Array]:
        return {}

    def _met(self, metric: str, limit: float) -> Array:
        """Share of requests whose `metric` is at most `limit` [s]; an answer's is no larger than its first token's."""
        found = [name for name in ("ttft", metric) if metric in (name, "e2e")]
        return np.minimum.reduce([getattr(self, name).cdf(np.full(len(self.running), limit)) for name in found])

    def within(self, metric: str, percentile: str, limit: float) -> Array:
        """Whether the percentile is at most `limit` [s]; cheaper than the percentile itself."""
        mixture: Mixture = getattr(self, metric)
        none = _absent(mixture) & (metric == "tpot")
        if percentile == "mean":
            return none | (mixture.average <= limit)
        return none | (self._met(metric, limit) >= float(percentile[1:]) / 100.0)

    def missed(self, metric: str, percentile: str, limit: float) -> Array:
        """How many times as many requests as may are above the limit [s]; of a mean, its share of the limit."""
        mixture: Mixture = getattr(self, metric)
        if percentile == "mean":
            share = mixture.average / limit
        else:
            share = (1.0 - self._met(metric, limit)) / (1.0 - float(percentile[1:]) / 100.0)
        return np.where(_absent(mixture), 0.0, share)


def _absent(m: Mixture) -> Array:
    """Whether there is nothing that the mixture could tell of, M."""
    return np.isnan(m.mean).all(axis=-1)


def latency_of(
    c: Curves, rows: Array, rate: Array, slots: Array, *, sharing: Array | None = None, whole: bool = True
) -> Latency:
    """`latency` for designs `rows`, in blocks that stay in the cache; end-to-end is NaN unless `whole`."""
    block = max(1, BLOCK // len(c.demand.levels))
    cuts = [slice(i, i + block) for i in range(0, max(1, len(rows)), block)]
    shared = [None if sharing is None else sharing[cut] for cut in cuts]
    return Latency.concat(
        [
            latency(c.take(rows[cut]), rate[cut], slots[cut], sharing=replicas, whole=whole)
            for cut, replicas in zip(cuts, shared, strict=True)
        ]
    )


def latency(c: Curves, rate: Array, slots: Array, *, sharing: Array | None = None, whole: bool = True) -> Latency:
    """Latency at a mean of `rate` arrivals a second and `slots` sequences at once.

    `sharing`: replicas that deal the traffic out among them; by default as many as the demand's total rate needs.
    Each level of the rate is taken as lasting; a level above what the slots sustain has no finite first token.
    """
    cv = dealt_cv(c, rate, sharing)
    if len(c.demand.levels) == 1:
        return _level(c, rate * c.demand.levels[0][0], slots, cv, whole)
    factor, share = (np.array(column)[:, None] for column in zip(*c.demand.levels, strict=True))
    each = _level(c, rate * factor, slots, cv, whole)
    limit = rate_at(c, np.arange(len(c.step_s)), np.maximum(slots, 1e-9))
    mixtures = (over_levels(share, m) for m in (each.ttft, each.tpot, each.e2e))
    return Latency((share * each.running).sum(axis=0), rate / np.maximum(limit, 1e-30), *mixtures)


def dealt_cv(c: Curves, rate: Array, sharing: Array | None = None) -> Array:
    """CV of the gaps that each of `sharing` replicas sees; by default as many as the demand's total rate needs.

    Requests go to the replica with the least to do: of N replicas each sees about every Nth.
    """
    if sharing is None:
        sharing = np.maximum(1.0, c.demand.total_per_s / np.maximum(rate, 1e-30))
    return c.demand.cv_arrival / np.sqrt(sharing)


@dataclass(frozen=True)
class Level:
    """M designs at a rate each: their state, first tokens and token times; waiting, wait: chance to find all slots
    taken, and the mean wait then [s]."""

    state: State
    first: First
    decode: Decode
    waiting: Array
    wait: Array

    @classmethod
    def of(cls, c: Curves, rate: Array, slots: Array, cv: Array) -> Level:
        s = state_of(c, rate, slots, cv)
        first = first_token(c, s)
        decode = Decode.of(c, s, first.own)
        waiting, wait = _slot_wait(c, s, decode, slots)
        return cls(s, first, decode, waiting, wait * c.first)


def _level(c: Curves, rate: Array, slots: Array, cv: Array, whole: bool) -> Latency:
    """Latency of M designs at a rate each, or at L levels of it (L x M)."""
    checkpoint()
    level = Level.of(c, rate, slots, cv)
    s, decode, waiting, wait = level.state, level.decode, level.waiting, level.wait
    carrying = level.first.chance
    none, some = _scaled(level.first.none, c.first), _scaled(level.first.some, c.first)
    one = np.ones((*rate.shape, 1))
    unknown = np.full_like(one, np.nan)
    e2e = Mixture(one, unknown, unknown, unknown)
    tpot = decode.per_token(c.demand, s) if c.demand.has_gaps else e2e
    if whole and c.demand.has_gaps:
        e2e = _whole(c, s, _pooled(carrying, none, some), decode, waiting, wait)
    ttft = _with_wait(carrying, none, some, waiting, wait, s.full)
    if whole and not c.demand.has_gaps:
        e2e = ttft
    if c.polled.any():
        unseen = 2.0 * c.polled * s.plain / (1.0 - s.rho)
        ttft, e2e = ttft.delayed(unseen), e2e.delayed(unseen)
    return Latency(s.running, s.utilization, ttft, tpot, e2e)


def _scaled(first: Moments, factor: Array) -> Moments:
    """Three moments of a time that is `factor` times as long."""
    return first[0] * factor, first[1] * factor**2, first[2] * cube(factor)


def _slot_wait(c: Curves, s: State, decode: Decode, slots: Array) -> tuple[Array, Array]:
    """(chance to find all slots taken, mean wait then)."""
    drain = s.rate / np.maximum(np.minimum(s.utilization, 1.0), 1e-30)
    # Where the cache binds, not only how many run varies, but what each holds.
    tight = (slots >= 0.95 * c.held) * s.running * c.claim_cv2
    spread = np.sqrt(s.spread**2 * decode.bunched + tight)
    return queueing.many_server_wait(
        s.running, spread, slots, utilization=s.utilization, drain_per_s=drain,
        cv2=decode.bunched,
    )  # fmt: skip


def _with_wait(carrying: Array, none: Moments, some: Moments, waiting: Array, wait: Array, full: Array) -> Mixture:
    """The four ways to a first token: prompts met or not, slot free or not."""
    ways, shares = [], []
    for chance, first in ((1.0 - carrying, none), (carrying, some)):
        ways += [first, (first[0] + wait, first[1] + wait**2, first[2] + 2.0 * cube(wait))]
        shares += [chance * (1.0 - waiting), chance * waiting]
    columns = [np.where(full[..., None], np.inf, np.stack(part, axis=-1)) for part in zip(*ways, strict=True)]
    return Mixture(np.stack(shares, axis=-1), *columns)


def _pooled(chance: Array, none: Moments, some: Moments) -> Moments:
    """Three moments of a mixture of two."""
    a, b = 1.0 - chance, chance
    mean = a * none[0] + b * some[0]
    p, q = none[0] - mean, some[0] - mean
    variance = a * (none[1] + p**2) + b * (some[1] + q**2)
    third = a * (none[2] + 3.0 * p * none[1] + cube(p)) + b * (some[2] + 3.0 * q * some[1] + cube(q))
    return mean, variance, third


def _whole(c: Curves, s: State, first: Moments, decode: Decode, waiting: Array, wait: Array) -> Mixture:
    """From arrival to the last token: first token, slot wait, the gaps after it; a part for each of the output's."""
    share, means, variances = c.demand.output_nodes
    whole = len(share) == 1
    parts = [
        _one_length(c, s, first, decode, waiting, wait, mean, variance, c.demand.output.skew if whole else 0.0)
        for mean, variance in zip(means, variances, strict=True)
    ]
    columns = [np.where(s.full[..., None], np.inf, np.stack(column, axis=-1)) for column in zip(*parts, strict=True)]
    return Mixture(np.broadcast_to(share, columns[0].shape), *columns)


def _one_length(
    c: Curves, s: State, first: Moments, decode: Decode, waiting: Array, wait: Array, length: float, spread2: float,
    skew: float,
) -> Moments:  # fmt: skip
    gaps = max(length - 1.0, 0.0)
    per = decode.each(max(gaps, 1e-9))[0]
    b, v, t = decode.held_up(max(gaps, 1e-9))
    lengths = per**2 * spread2
    mean = first[0] + waiting * wait + gaps * per + b
    variance = first[1] + waiting * (2.0 - waiting) * wait**2 + lengths + gaps * decode.r2 + v
    variance = variance + (gaps**2 + spread2) * decode.slow
    variance = variance + 2.0 * c.demand.correlation * np.sqrt(first[1] * lengths)
    third = first[2] + cube(per) * spread2**1.5 * skew + 3.0 * per * spread2 * decode.r2 + gaps * decode.r3 + t
    third = third + waiting * cube(wait) * (6.0 - 6.0 * waiting + 2.0 * waiting**2)
    return mean, np.maximum(variance, 1e-18), third
