"""Where hosting and an API cost the same: hosting is planned anew at every volume that is tried.

An API costs `a` dollars a month for each request a second; hosting H(r) has steps, as machines are whole, and between
them rises by the power of busier machines only.
Below r_0 = H(0)/a the API is cheaper, and so it is below r_(k+1) = H(r_k)/a: the sequence ends at the first crossing,
or grows without bound. Above it steps of H may make the API cheaper again, up to the rate from which hosting stays
cheaper.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from planner.formulas.types import Array
from planner.progress import Progress
from planner.request.users import LEAST_PER_S, MOST_PER_S, OF_USERS
from planner.tco.apis import ApiPrice
from planner.tco.compare import Case
from planner.tco.hosting import Stalls, Way

# Requests a second up to which hosting is planned: beyond, it is no cheaper.
LEAST_RATE, MOST_RATE = 1e-6, 1e4
# Above a crossing other machines may be the cheapest: hosting is planned at so many times it, too.
ANCHORS = (2.0, 4.0, 8.0)
STEPS, HALVINGS, ROUNDS = 12, 60, 4
MOST_PIECES = 20_000
SAME, SAME_EVEN = 1e-9, 1e-12
JUST_ABOVE = 1.0 + 1e-7


@dataclass(frozen=True)
class Crossing:
    """A mean rate [requests/s] above which hosting is the cheaper one, or no longer is; and the way to host there."""

    rate_per_s: float
    hosting_above: bool
    way: Way


@dataclass
class HostingCurve:
    """Dollars (USD) a month of the cheapest hosting at any mean rate, on machines that run all month; the rate of
    `case` does not matter. progress: of the ways at each rate that is planned."""

    case: Case
    stalls: Stalls
    ways: list[Way] = field(default_factory=list)
    progress: Progress | None = None
    _planned: set[float] = field(default_factory=set)

    def plan(self, rate: float) -> None:
        """Add the ways that are the cheapest at a rate."""
        if rate in self._planned:
            return
        self._planned.add(rate)
        traffic = self.case.request.traffic
        scaled = traffic.rate_per_s * rate / traffic.average_per_s
        if not LEAST_PER_S <= scaled <= MOST_PER_S:
            return
        stated = dict.fromkeys(("users", "tokens_per_month", *OF_USERS))
        changed = traffic.model_copy(update={**stated, "rate_per_s": scaled})
        for way in self.stalls.ways(self.case.request.model_copy(update={"traffic": changed}), self.progress):
            whole = replace(way, least=way.serving)
            if not any(_same(whole, known) for known in self.ways):
                self.ways.append(whole)

    def usd(self, rate: float) -> float:
        """The cheapest at a rate, planned for it; infinite where nothing hosts it within the limits."""
        self.plan(rate)
        return float(self.known(np.asarray(rate)))

    def known(self, rates: Array) -> Array:
        """The cheapest of the ways that were planned so far."""
        if not self.ways:
            return np.full(np.shape(rates), np.inf)
        return replace(self.case, ways=tuple(self.ways), idle=None).hosting(rates)

    def cheapest(self, rate: float) -> Way:
        at = np.asarray(rate)
        return min(self.ways, key=lambda w: float(sum(self.case.lines(w, at).values())))


def _same(a: Way, b: Way) -> bool:
    m, n = a.cluster.machine, b.cluster.machine
    here, there = (m.provider, m.instance_type, m.region), (n.provider, n.instance_type, n.region)
    mine, other = ((w.name, w.cluster.replica, w.capacity_per_s, w.least) for w in (a, b))
    return here == there and mine == other


def crossings(curve: HostingCurve, price: ApiPrice) -> list[Crossing]:
    """Every rate at which the cheaper one changes, ascending; empty where hosting never is the cheaper one."""
    slope = float(curve.case.api(price) / curve.case.rate)
    if slope <= 0.0:
        return []
    first = _first(curve, slope)
    if first is None:
        return []
    for factor in ANCHORS:
        curve.plan(first * factor)
    found: list[Crossing] = []
    for _ in range(ROUNDS):
        found, known = _above(curve, slope, first), len(curve.ways)
        for crossing in found:
            curve.plan(crossing.rate_per_s * JUST_ABOVE)
        if len(curve.ways) == known:
            break
    return found


def _first(curve: HostingCurve, slope: float) -> float | None:
    """The least rate at which hosting costs no more than the API; None where there is none."""
    rate = curve.usd(LEAST_RATE) / slope
    for _ in range(STEPS):
        if not rate <= MOST_RATE:
            return None
        least = curve.usd(rate) / slope
        if least <= rate * (1.0 + SAME):
            return rate
        rate = least
    return _bisected(curve, slope, rate)


def _bisected(curve: HostingCurve, slope: float, low: float) -> float | None:
    """The same by doubling and halving, where steps of the cost follow one another closely."""
    high = 2.0 * low
    while curve.usd(high) > slope * high:
        low, high = high, 2.0 * high
        if high > MOST_RATE:
            return None
    for _ in range(HALVINGS):
        middle = (low * high) ** 0.5
        if high / low < 1.0 + 1e-6:
            break
        low, high = (middle, high) if curve.usd(middle) > slope * middle else (low, middle)
    return high


def _above(curve: HostingCurve, slope: float, first: float) -> list[Crossing]:
    """The first crossing and those above it, piece by piece between the steps of the known ways."""
    found = [Crossing(first, True, curve.cheapest(first))]
    starts = steps(curve, first, _stays(curve, slope, first))
    usd = curve.known(starts * JUST_ABOVE)
    for i, start in enumerate(starts):
        end = float(starts[i + 1]) if i + 1 < len(starts) else np.inf
        even = float(usd[i]) / slope
        if found[-1].hosting_above and even > start * (1.0 + 1e-6):
            found.append(Crossing(float(start), False, curve.cheapest(float(start) * JUST_ABOVE)))
        if not found[-1].hosting_above and even <= end and (even := _even(curve, slope, even)) <= end:
            found.append(Crossing(max(even, float(start)), True, curve.cheapest(max(even, float(start) * JUST_ABOVE))))
    return found


def _even(curve: HostingCurve, slope: float, rate: float) -> float:
    """The rate of equal cost within a step, from below: there hosting rises by the power of busier machines only."""
    for _ in range(HALVINGS):
        again = float(curve.known(np.asarray(rate))) / slope
        if again <= rate * (1.0 + SAME_EVEN):
            break
        rate = again
    return rate


def _stays(curve: HostingCurve, slope: float, first: float) -> float:
    """A rate above which the way that is cheapest at the first crossing is cheaper than the API at every rate."""
    way, case = curve.cheapest(first), curve.case
    size, units = _size(curve, way), way.least / way.unit + 1.0
    one, two = (float(sum(case.lines(way, np.asarray(n * size)).values())) for n in (units, units + 1.0))
    each = two - one
    if each >= slope * size:
        return MOST_RATE
    # Whole machines are at most one more than a straight line has.
    return min(MOST_RATE, max(first, units * size, (two - each * units) / (slope - each / size)))


def _size(curve: HostingCurve, way: Way) -> float:
    """Mean requests a second of one unit of machines."""
    return way.capacity_per_s * float(curve.case.capacity(way)) * way.unit


def steps(curve: HostingCurve, first: float, last: float) -> Array:
    """The rates from `first` to `last` at which a way takes one more machine."""
    parts: list[Sequence[float]] = []
    for way in curve.ways:
        size = _size(curve, way)
        counts = np.arange(np.ceil(first / size), min(np.floor(last / size), np.ceil(first / size) + MOST_PIECES) + 1)
        parts.append((counts * size).tolist())
    return np.unique(np.concatenate([np.asarray(part, dtype=float) for part in parts])) if parts else np.zeros(0)
