"""How far a user's own runs narrow an interval.

The spread of a figure's log errors is taken as unknown: the interval that stands counts as KNOWN runs of its spread,
the own runs count with the errors that fits without them have left. Their mean square is the new spread, with Student's
t for the number of runs [Gelman 2013]. The ends keep their skew: each is raised to the same power.
"""

from __future__ import annotations

from math import log

import numpy as np
import numpy.typing as npt
from scipy.special import ndtri, stdtrit  # scipy.stats takes half a second to load

from planner.formulas.types import Array

# Runs that the interval which stands is worth; by the coverage of intervals over the evidence, tests/benchmarks/own.py.
KNOWN = 0.5
LEVEL = 0.95
# Factor that an end of an interval may be: beyond it says no more.
WIDEST = 1e4
Span = tuple[float, float]


def narrowing(errors: npt.ArrayLike, span: Span) -> float:
    """The power that `span` (factors on the prediction, 90 %) is raised to, by left-out log errors of own runs.

    1 without errors; above 1 only where the errors themselves are wider than the span.

    >>> round(narrowing([0.0] * 10, (0.5, 2.0)), 2)
    0.24
    """
    own = np.asarray(errors, dtype=float)
    own = own[np.isfinite(own)]
    prior = (log(span[1]) - log(span[0])) / 2.0 / float(ndtri(LEVEL))
    if not len(own) or prior <= 0.0:
        return 1.0
    runs = KNOWN + len(own)
    spread = ((KNOWN * prior**2 + float(np.sum(own**2))) / runs) ** 0.5
    power = float(spread / prior * stdtrit(runs, LEVEL) / ndtri(LEVEL))
    # A few runs know little of their spread, but no less than what stands.
    return min(power, max(1.0, float(np.sqrt(np.mean(own**2))) / prior))


def narrowed(span: Span, power: float) -> Span:
    """Both ends raised to a power, but no wider than WIDEST.

    >>> narrowed((0.5, 2.0), 100.0)
    (0.0001, 10000.0)
    """
    low, high = (min(power, np.log(WIDEST) / abs(np.log(end))) if end != 1.0 else power for end in span)
    return round(float(span[0] ** low), 4), round(float(span[1] ** high), 4)


def median_size(errors: Array) -> float | None:
    """Median of |predicted / measured - 1|; None without a figure."""
    known = errors[np.isfinite(errors)]
    return float(np.median(np.abs(np.expm1(known)))) if len(known) else None
