"""Moments of the time between tokens of one replica in a given state.

The tokens of a request take a busy period that its own steps and the waiting prompts start, cut where its tokens end
and where steps are full.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from planner.formulas import queueing
from planner.formulas.distribution import Mixture, at_most, without
from planner.formulas.powers import cube
from planner.formulas.types import Array
from planner.frozen import dataclass
from planner.load.curves import Curves
from planner.load.demand import Demand
from planner.load.state import Moments, State, filled

# Mean over a life of a quantity that forgets itself within one: variance that is left, 2 (T - 1 + exp(-T)) at T = 1.
LASTING = 0.7358
# A smaller share of requests is taken as none.
RARE = 1e-6
# Standard deviations that one in a hundred is above.
FEW_ABOVE = 2.33


@dataclass(frozen=True)
class Decode:
    """Time of g token gaps: a busy period that g plain steps and the waiting prompts start [Takacs 1962].

    With rho the share of time that prompts take beside the decodes, V = g plain + Y of work at the first token, Y the
    prompts that came during one's own, the time has the cumulants k1 = V / (1 - rho), k2 = var Y / (1 - rho)^2 + V r2,
    k3 = third Y / (1 - rho)^3 + 3 var Y r2 / (1 - rho) + V r3 with r2 = rate E2 / (1 - rho)^3, r3 = rate E3 / (1 -
    rho)^4 + 3 (rate E2)^2 / (1 - rho)^5. Of that a request sees what falls into its g steps: of Y the first 1 - rho^g
    (`started`), of what comes meanwhile the means that `_reached` gives; and no step is longer than one with a full
    budget.

    gap, seen, full: mean step, plain step with those that run, full step [s]; start: parts of the moments of what the
    waiting prompts add; r2, r3: seen r2 and seen r3; slow: variance of the mean step [s^2]; free: 1 - rho; own_s: time
    in which others come behind [s]; bunched: index of dispersion of the arrivals within its life.
    """

    gap: Array
    start: tuple[Array, ...]
    r2: Array
    r3: Array
    slow: Array
    free: Array
    own_s: Array
    seen: Array
    full: Array
    bunched: Array

    @classmethod
    def of(cls, c: Curves, s: State, own: Moments) -> Decode:
        # Of the steps that a long prompt fills, each gives a token.
        work = np.maximum(s.work - c.beside * c.overhead * s.plain, 0.0)
        part = work / s.work
        rho, work2, work3 = part * s.rho, part**2 * s.work2, cube(part) * s.work3
        free = 1.0 - rho
        # Evener arrivals meet fewer others, but a step has one sequence at least.
        excess = s.arrivals.excess
        seen = np.maximum(s.plain + s.slope * 2.0 * excess(c.demand.osl * s.plain / free), c.step_s[:, 0])
        step = seen / free
        span = c.demand.osl * step
        bunched = s.arrivals.crowding(span)
        bulk2 = work2 + (bunched - 1.0) * work**2
        flow2, flow3 = s.rate * bulk2, s.rate * work3
        # Others of one's own burst come while it decodes.
        late = excess(own[0] + span) - excess(0.5 * step)
        y = rho * own[0] + late * work
        y_var = s.rate * work2 * own[0] + rho**2 * own[1] + late * work2 + (late * work) ** 2
        y_third = flow3 * own[0] + 3.0 * rho * flow2 * own[1] + cube(rho) * own[2]
        free3 = cube(free)
        r2, r3 = flow2 / free3, flow3 / (free3 * free) + 3.0 * flow2**2 / (free3 * free**2)
        start = (y / free, y_var / free**2, y * r2, y_third / free3, 3.0 * y_var * r2 / free, y * r3)
        slow = (s.slope * s.spread / free) ** 2 * LASTING * bunched
        return cls(step, start, seen * r2, seen * r3, slow, free, own[0], seen, seen + filled(c, s.prompt), bunched)

    def per_token(self, demand: Demand, s: State) -> Mixture:
        """A request's mean time per token: for every part of the output lengths those that no prompt cuts in on, and
        the others. The two together have the moments of the busy period."""
        columns = []
        for share, gaps, inverse in zip(*demand.gap_parts, strict=True):
            alone = queueing.silence(self.own_s + (gaps - 1.0) * s.plain, rate_per_s=s.rate, cv=s.arrivals.cv)
            alone = np.where(alone < RARE, 0.0, np.where(alone > 1.0 - RARE, 1.0, alone))
            calm = (self.seen, self.slow * self.free**2, np.zeros_like(self.seen))
            met = self._within(*without(self._all(gaps, *inverse), calm, np.minimum(alone, 1.0 - RARE)))
            columns += [(share * alone, *calm), (share * (1.0 - alone), *met)]
        parts = Mixture(*(np.stack(v, axis=-1) for v in zip(*columns, strict=True)))
        return replace(parts, least=s.plain, most=self.most)

    @property
    def most(self) -> Array:
        """Time that no token takes longer than: a full step with as many sequences as run at times."""
        return self.full + FEW_ABOVE * np.sqrt(self.slow) * self.free

    def _within(self, *met: Array) -> Moments:
        """Moments of a request's mean time per token where no step is longer than a full one."""
        return _cut((met[0], met[1], met[2]), self.full, self.slow * self.free**2)

    def _all(self, gaps: float, i1: float, i2: float, i3: float) -> Moments:
        """Moments over all requests of a part of `gaps` on average, from the means of 1/g, 1/g^2 and 1/g^3 over it."""
        b, v, t = self.started(gaps)
        each, r2, r3 = self.each(gaps)
        mean = each + b * i1
        variance = r2 * i1 + v * i2 + b**2 * (i2 - i1**2) + self.slow
        third = r3 * i2 + t * i3 + 3.0 * b * (r2 * (i2 - i1**2) + v * (i3 - i1 * i2))
        third = third + cube(b) * (i3 - 3.0 * i1 * i2 + 2.0 * i1**3)
        return mean, variance, third

    def started(self, gaps: float) -> Moments:
        """Moments of what the waiting prompts add to the first `gaps` gaps: they are computed in the first, those that
        came meanwhile in the second, and so on."""
        b, v, flow, t, mixed, far = self.start
        reach = 1.0 - (1.0 - self.free) ** gaps
        _, two, three = self._reached(gaps)
        variance = reach**2 * v + reach * two * flow
        return reach * b, variance, cube(reach) * t + reach**2 * two * mixed + reach * three * far

    def each(self, gaps: float) -> Moments:
        """Mean of one of `gaps` gaps, and the variance and third moment that it adds, without the waiting prompts."""
        one, two, three = self._reached(gaps)
        return self.seen + one * (self.gap - self.seen), two * self.r2, three * self.r3

    def held_up(self, gaps: float) -> Moments:
        """The same where no step is longer than a full one."""
        moments = self.started(gaps)
        left = gaps * np.maximum(self.full - self.seen - self._reached(gaps)[0] * (self.gap - self.seen), 0.0)
        return _cut(moments, left, np.zeros_like(left))

    def _reached(self, gaps: float) -> Moments:
        """Means of (1 - rho^j)^k over the gaps that are left, j = 0 to g - 1, for k = 1, 2, 3: what is computed within
        the g gaps of a prompt that comes in one of them, and of those that follow from it."""
        rho = 1.0 - self.free
        last = rho**gaps
        s1 = (1.0 - last) / (gaps * self.free)
        s2, s3 = s1 * (1.0 + last) / (1.0 + rho), s1 * (1.0 + last + last * last) / (1.0 + rho + rho * rho)
        return 1.0 - s1, 1.0 - 2.0 * s1 + s2, 1.0 - 3.0 * (s1 - s2) - s3


def _cut(moments: Moments, most: Array, least_variance: Array) -> Moments:
    """Moments where what is beyond `most` is taken as `most`; computed where that is more than a rare case."""
    shape = moments[0].shape
    flat, bound = [np.array(v, dtype=float).ravel() for v in moments], np.broadcast_to(most, shape).ravel()
    long = np.flatnonzero(flat[0] + 3.0 * np.sqrt(np.maximum(flat[1], 0.0)) > bound)
    if len(long):
        mean, variance, third = at_most(flat[0][long], flat[1][long], flat[2][long], bound[long])
        # Towards saturation the spread grows faster than the mean, so that the cut would fall with the load: beyond the
        # bound it tends to the bound.
        near = np.minimum(bound[long] / np.maximum(flat[0][long], 1e-30), 1.0) ** 2
        flat[0][long] = bound[long] - near * (bound[long] - mean)
        flat[1][long], flat[2][long] = near * variance, near * third
    # Of all, whether any is cut or not: a design is the same beside whatever others it is computed.
    flat[1] = np.maximum(flat[1], np.broadcast_to(least_variance, shape).ravel())
    a, b, c = (v.reshape(shape) for v in flat)
    return a, b, c
