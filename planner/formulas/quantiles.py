"""Quantiles of mixtures of shifted lognormals, many at once."""

from __future__ import annotations

from dataclasses import field

import numpy as np

from planner.formulas.columns import COLUMN, Columns
from planner.formulas.lognormal import shifted_lognormal
from planner.formulas.normal import ndtr_and_density, ndtri
from planner.formulas.types import Array
from planner.frozen import dataclass

# Steps towards a quantile. Of the first LATE every third, where MUCH is missing, and then every second one halves what
# encloses it: the edge of a part is climbed in short steps otherwise.
MOST_STEPS, MUCH, LATE = 120, 0.1, 9
# It is found where a step is so short [of it] and so little is missing: the next one would be of the square of these.
# Of a part without spread it is the part's place, to NEAREST.
NEAR, MISSING, NEAREST = 1e-6, 1e-3, 1e-6
# Share of mixtures that are done from which on they are left out.
FEWER = 0.3


@dataclass(frozen=True, slots=True)
class Lognormals(Columns):
    """Parts of M mixtures that have a finite mean, and how much of each they are; the others weigh nothing."""

    weight: Array = field(metadata=COLUMN)
    shift: Array = field(metadata=COLUMN)
    median: Array = field(metadata=COLUMN)
    sigma: Array = field(metadata=COLUMN)
    share: Array = field(metadata=COLUMN)

    @classmethod
    def of(cls, weight: Array, mean: Array, variance: Array, third: Array) -> Lognormals:
        """Of weights and three central moments, M x C."""
        whole = np.isfinite(mean) & (weight > 1e-12)
        with np.errstate(invalid="ignore", over="ignore"):
            found = shifted_lognormal(mean, variance, third)
        shift, median, sigma = (np.where(whole, v, none) for v, none in zip(found, (0.0, 0.0, 1.0), strict=True))
        weight = np.where(whole, weight, 0.0)
        return cls(weight, shift, median, sigma, weight.sum(axis=-1))

    def quantile(self, q: Array) -> Array:
        """Where a share `q` of each mixture lies below; infinite where its parts are less than that.

        By Newton's steps on the logarithm of what lies above, which falls nearly straight, or halving where such a step
        leaves what the quantiles of the parts enclose. Mixtures that are done are left out as soon as they are many.
        """
        least = np.maximum(self.share, 1e-12)
        at = self.shift + np.exp(self.median + self.sigma * ndtri(np.minimum(q / least, 1.0 - 1e-9))[:, None])
        low = np.where(self.weight > 0.0, at, np.inf).min(axis=-1)
        high = np.where(self.weight > 0.0, at, -np.inf).max(axis=-1)
        low, high = np.where(np.isfinite(low), low, 0.0), np.where(np.isfinite(high), high, 0.0)
        found = np.minimum(np.maximum((self.weight * at).sum(axis=-1) / least, low), high)
        rows, some, sought, x, done = np.arange(len(q)), self, q, found, np.zeros(len(q), dtype=bool)
        for step in range(MOST_STEPS):
            new, low, high, near = some._nearer(x, low, high, sought, _most_missing(step))
            # A quantile that is found stays as it is, whatever others it is looked for with.
            found[rows] = x = np.where(done, x, new)
            done |= near
            if done.all():
                break
            if done.sum() > FEWER * len(done):
                left = ~done
                some = some.take(left)
                rows, sought, x, low, high, done = (v[left] for v in (rows, sought, x, low, high, done))
        return np.where(self.share >= q, found, np.inf)

    def _nearer(
        self, x: Array, low: Array, high: Array, q: Array, most_missing: float
    ) -> tuple[Array, Array, Array, Array]:
        """A step nearer, what encloses the quantile then, and where it is found: the step was short and little was
        missing, or nothing else is enclosed."""
        above = np.maximum(x[:, None] - self.shift, 1e-300)
        parts, densities = ndtr_and_density((np.log(above) - self.median) / self.sigma)
        below = (self.weight * parts).sum(axis=-1)
        density = (self.weight * densities / (self.sigma * above)).sum(axis=-1)
        under = below < q
        low, high = np.where(under, x, low), np.where(under, high, x)
        left, wanted = np.maximum(self.share - below, 1e-300), np.maximum(self.share - q, 1e-300)
        further = x + np.log(left / wanted) * left / np.maximum(density, 1e-300)
        missing = np.abs(below - q) / np.minimum(wanted, q)
        inside = (further >= low) & (further <= high) & (missing <= most_missing)
        short = inside & (np.abs(further - x) <= NEAR * np.abs(x)) & (missing <= MISSING)
        ended = high - low <= NEAREST * np.abs(high)
        new = np.where(ended, high, np.where(inside, further, 0.5 * (low + high)))
        return new, low, high, short | ended


def _most_missing(step: int) -> float:
    """Up to which share missing a step of that number is Newton's."""
    if step < LATE:
        return MUCH if step % 3 == 2 else np.inf
    return MISSING if step % 2 else np.inf
