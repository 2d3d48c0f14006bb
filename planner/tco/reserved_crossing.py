"""Where reserved units cost as much as tokens that are paid one by one, and as hosting: all of them but the first have
steps, so the cheaper one is found piece by piece between the steps."""

from __future__ import annotations

import numpy as np

from planner.formulas.types import Array
from planner.tco.apis import ApiPrice
from planner.tco.compare import Case
from planner.tco.crossing import HALVINGS, JUST_ABOVE, LEAST_RATE, MOST_RATE, SAME, Crossing, HostingCurve, steps
from planner.tco.reserved import ReservedUnits
from planner.tco.reserved_answer import UnitsCrossing

# Steps of units up to which a crossing is looked for, and the counts of steps at which hosting is planned.
MOST_STEPS = 4096
ANCHORS, ROUNDS = 2.0 ** np.arange(13), 3


def against_tokens(case: Case, price: ApiPrice, units: ReservedUnits) -> list[UnitsCrossing]:
    """Every volume at which units and single tokens change places, ascending, in closed form.

    Tokens cost `a` for each request a second, n steps n p up to n r: n steps cost as much at n p / a where that is
    within (n - 1) r to n r, and at (n - 1) r, where one more is bought, tokens may be the cheaper ones again. From
    n = p / (a r - p) on they no longer are; where a r <= p units never are the cheaper ones.
    """
    slope, size = float(case.api(price) / case.rate), units.rate_of_step(case.request)
    each, first = units.step * units.usd_per_month, units.first_steps
    if slope * size <= each * (1.0 + SAME):
        return []
    last = int(min(MOST_STEPS, np.ceil(each / (slope * size - each)) + first + 1))
    found: list[tuple[float, bool]] = []
    for n in range(first, last + 1):
        even, begins = n * each / slope, 0.0 if n == first else (n - 1) * size
        if even > begins * (1.0 + SAME) and found and found[-1][1]:
            found.append((begins, False))
        if even < n * size * (1.0 - SAME) and not (found and found[-1][1]):
            found.append((even, True))
    tokens = float(sum(case.tokens)) / float(case.rate)
    return [
        UnitsCrossing(tokens_per_month=r * tokens, requests_per_s=r, cheaper_above="units" if units_are else "tokens")
        for r, units_are in found
    ]


def against_hosting(curve: HostingCurve, units: ReservedUnits) -> list[Crossing]:
    """Every rate at which hosting and units change places, ascending, up to MOST_STEPS steps of units.

    The first is at zero where hosting is the cheaper one from the start.
    """
    size = units.rate_of_step(curve.case.request)
    top = min(MOST_RATE, size * MOST_STEPS)
    for anchor in (LEAST_RATE, *(float(size * n) for n in ANCHORS if size * n <= top)):
        curve.plan(anchor)
    found: list[Crossing] = []
    for _ in range(ROUNDS):
        known = len(curve.ways)
        found = _pieces(curve, units, size, top)
        for crossing in found[:20]:
            curve.plan(max(LEAST_RATE, crossing.rate_per_s * JUST_ABOVE))
        if len(curve.ways) == known:
            break
    return found


def _pieces(curve: HostingCurve, units: ReservedUnits, size: float, top: float) -> list[Crossing]:
    """Both costs at the two ends of each piece: within, units cost the same and hosting rises with its power."""
    if not curve.ways:
        return []
    own = np.arange(units.first_steps, int(top / size) + 1) * size
    starts = np.unique(np.concatenate([[LEAST_RATE], own, steps(curve, LEAST_RATE, top)]))
    ends = np.append(starts[1:], top)
    lows, highs = starts * JUST_ABOVE, ends / JUST_ABOVE
    before, after = (_hosting_less_units(curve, units, at) for at in (lows, np.maximum(lows, highs)))
    found: list[Crossing] = []
    cheaper = False
    for low, high, start, b, e in zip(lows, highs, starts, before, after, strict=True):
        if (b <= 0.0) != cheaper:
            cheaper = bool(b <= 0.0)
            at = 0.0 if start == LEAST_RATE else float(start)
            found.append(Crossing(at, cheaper, curve.cheapest(float(low))))
        if cheaper and e > 0.0 and high > low:
            cheaper = False
            at = _even(curve, units, float(low), float(high))
            found.append(Crossing(at, False, curve.cheapest(at)))
    return found


def _hosting_less_units(curve: HostingCurve, units: ReservedUnits, rates: Array) -> Array:
    return curve.known(rates) - units.usd(curve.case.request, rates)


def _even(curve: HostingCurve, units: ReservedUnits, low: float, high: float) -> float:
    """The rate within a piece from which hosting, which rises, is the dearer one."""
    for _ in range(HALVINGS):
        middle = (low + high) / 2.0
        cheaper = float(_hosting_less_units(curve, units, np.asarray(middle))) <= 0.0
        low, high = (middle, high) if cheaper else (low, middle)
    return high
