"""Moments of what is cut or left of a shifted lognormal, and mixtures of several."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import field, replace

import numpy as np

from planner.formulas.columns import COLUMN, Columns
from planner.formulas.lognormal import shifted_lognormal, shifted_lognormal_cdf, shifted_lognormal_quantile
from planner.formulas.normal import ndtr
from planner.formulas.powers import cube
from planner.formulas.quantiles import Lognormals
from planner.formulas.types import Array
from planner.frozen import dataclass

# Least CV of the rest of a mixture: its moments may leave nothing for it.
LEAST_CV = 0.05
# Parts that an even wait is cut into: a lognormal's tail in place of its end would reach a sixth too far.
EVEN_PARTS = 4
# Standard deviations beyond which no share is counted: 6e-16 of it.
FARTHEST = 8.0


def at_most(mean: Array, variance: Array, third: Array, most: Array) -> tuple[Array, Array, Array]:
    """Three moments of the shifted lognormal with these, where what is beyond `most` is taken as `most`.

    With Y the part above the shift, k = most - shift and z = (ln k - mu) / sigma: E min(Y, k)^j =
    exp(j mu + j^2 sigma^2 / 2) Phi(z - j sigma) + k^j Phi(-z).

    >>> [round(float(v), 3) for v in at_most(1.0, 1.0, 4.0, 1e6)]
    [1.0, 1.0, 4.0]
    >>> [round(float(v), 3) for v in at_most(1.0, 1.0, 4.0, 0.0)]
    [0.0, 0.0, 0.0]
    """
    shift, mu, sigma = shifted_lognormal(mean, variance, third)
    k = np.maximum(most - shift, 1e-30)
    z = (np.log(k) - mu) / sigma
    # So far out nothing is left, and the error of the function would count as often as `k` is large.
    beyond = np.where(z < FARTHEST, ndtr(-z), 0.0)
    one, two, three = (
        np.exp(j * mu + 0.5 * (j * sigma) ** 2) * ndtr(z - j * sigma) + k**j * beyond for j in (1.0, 2.0, 3.0)
    )
    return shift + one, np.maximum(two - one**2, 0.0), three - 3.0 * one * two + 2.0 * cube(one)


def without(
    whole: tuple[Array, Array, Array], part: tuple[Array, Array, Array], share: Array
) -> tuple[Array, Array, Array]:
    """Three moments of what is left of a mixture `whole` when `part`, `share` of it, is taken out; `share` below one.

    The rest is not below the part, varies by at least LEAST_CV of its distance from it, and is not skewed to the left.

    >>> [round(float(v), 6) for v in without((2.0, 1.0, 0.0), (1.0, 0.0, 0.0), 0.5)]
    [3.0, 0.01, 0.0]
    """
    (mean, variance, third), (mean_a, variance_a, third_a), rest = whole, part, 1.0 - share
    mean_b = np.maximum((mean - share * mean_a) / rest, mean_a)
    a, b = mean_a - mean, mean_b - mean
    variance_b = (variance - share * (variance_a + a**2)) / rest - b**2
    variance_b = np.maximum(variance_b, variance_a + (LEAST_CV * (mean_b - mean_a)) ** 2)
    third_b = (third - share * (third_a + 3.0 * a * variance_a + cube(a))) / rest - 3.0 * b * variance_b - cube(b)
    return mean_b, variance_b, np.maximum(third_b, 0.0)


@dataclass(frozen=True)
class Mixture(Columns):
    """M mixtures of C parts: weights that add up to one along the last axis, and three central moments of each.

    least, most: M values that nothing lies below or above, where there are such; what the parts give beyond them is
    taken as these.
    """

    weight: Array = field(metadata=COLUMN)
    mean: Array = field(metadata=COLUMN)
    variance: Array = field(metadata=COLUMN)
    third: Array = field(metadata=COLUMN)
    least: Array | None = field(default=None, metadata=COLUMN)
    most: Array | None = field(default=None, metadata=COLUMN)

    @property
    def average(self) -> Array:
        with np.errstate(invalid="ignore"):
            return np.where(self.weight > 0, self.weight * self.mean, 0.0).sum(axis=-1)

    def delayed(self, most: Array) -> Mixture:
        """Each of the M after a wait spread evenly between nothing and `most`: EVEN_PARTS times the parts."""
        width = most[..., None] / EVEN_PARTS
        waits = [(i + 0.5) * width for i in range(EVEN_PARTS)]
        weight = np.concatenate([np.broadcast_to(self.weight, self.mean.shape) / EVEN_PARTS] * EVEN_PARTS, axis=-1)
        mean = np.concatenate([self.mean + wait for wait in waits], axis=-1)
        variance = np.concatenate([self.variance + width**2 / 12.0] * EVEN_PARTS, axis=-1)
        third = np.concatenate([np.broadcast_to(self.third, self.mean.shape)] * EVEN_PARTS, axis=-1)
        return Mixture(weight, mean, variance, third)

    def cdf(self, x: Array) -> Array:
        """Probability of at most `x`, M values."""
        parts = shifted_lognormal_cdf(np.asarray(x)[..., None], self.mean, self.variance, self.third)
        found = (self.weight * parts).sum(axis=-1)
        found = found if self.least is None else np.where(np.asarray(x) < self.least, 0.0, found)
        return found if self.most is None else np.where(np.asarray(x) >= self.most, 1.0, found)

    def quantile(self, q: float) -> Array:
        """Value not passed with probability `q`; infinite where parts without a finite mean weigh more than 1 - q."""
        return self.quantiles((q,))[0]

    def quantiles(self, levels: Sequence[float]) -> Array:
        """`quantile` of each of `levels`, K x M: together, as a step towards them costs its calls."""
        found = self._quantiles(np.array(levels)[:, None])
        found = found if self.least is None else np.maximum(found, self.least)
        return found if self.most is None else np.minimum(found, self.most)

    def _quantiles(self, q: Array) -> Array:
        if self.mean.shape[-1] == 1:
            return shifted_lognormal_quantile(q[..., None], self.mean, self.variance, self.third)[..., 0]
        parts, levels, count = Lognormals.of(self.weight, self.mean, self.variance, self.third), len(q), len(self.mean)
        found = parts.take(np.tile(np.arange(count), levels)).quantile(np.repeat(q.ravel(), count))
        return found.reshape(levels, count)


def over_levels(share: Array, each: Mixture) -> Mixture:
    """One mixture of M x (L C) parts from L mixtures of M x C, each with its `share` (L x 1)."""
    columns = (share[..., None] * each.weight, each.mean, each.variance, each.third)
    levels, rows, parts = each.mean.shape
    wide = (np.moveaxis(np.broadcast_to(v, each.mean.shape), 0, 1) for v in columns)
    least = None if each.least is None else each.least.min(axis=0)
    most = None if each.most is None else each.most.max(axis=0)
    return replace(Mixture(*(v.reshape(rows, levels * parts) for v in wide)), least=least, most=most)
