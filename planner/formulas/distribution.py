"""Distributions known by their first three moments, and mixtures of them."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from scipy.special import ndtr, ndtri

from planner.formulas.columns import COLUMN, Columns
from planner.formulas.types import Array

LEAST_SKEW = 1e-3
HALVINGS = 18
# Parts that an even wait is cut into: a lognormal's tail in place of its end would reach a sixth too far.
EVEN_PARTS = 4


def shifted_lognormal(mean: Array, variance: Array, third: Array) -> tuple[Array, Array, Array]:
    """(shift, log of the median above it, sigma) of the lognormal with these central moments.

    With g the skewness and w = exp(sigma^2): w = (1 + g^2/2 + g sqrt(1 + g^2/4))^(1/3) + the conjugate - 1.
    Source: [Johnson 1994], section 14.3. Exact for a constant plus a lognormal; skewness below 0.001 is taken as 0.001.
    """
    scale, median, sigma = _above_shift(variance, third)
    return mean - scale, median, sigma


def _above_shift(variance: Array, third: Array) -> tuple[Array, Array, Array]:
    """(mean above the shift, log of the median above it, sigma)."""
    sd = np.sqrt(np.maximum(variance, 1e-30))
    half = 0.5 * np.maximum(third / sd**3, LEAST_SKEW)
    root = np.cbrt(1.0 + 2.0 * half**2 + 2.0 * half * np.sqrt(1.0 + half**2))
    w = np.maximum(root + 1.0 / root - 1.0, 1.0 + 1e-9)
    scale = sd / np.sqrt(w - 1.0)
    sigma2 = np.log(w)
    return scale, np.log(scale) - 0.5 * sigma2, np.sqrt(sigma2)


def shifted_lognormal_cdf(x: Array, mean: Array, variance: Array, third: Array) -> Array:
    """Probability of at most `x`; zero where the mean is infinite.

    >>> round(float(shifted_lognormal_cdf(1.0, 1.0, 0.0, 0.0)), 2)
    0.5
    """
    with np.errstate(invalid="ignore", over="ignore"):
        scale, median, sigma = _above_shift(variance, third)
        # Not `x - shift`: beside a mean, the digits of a narrow spread would be lost.
        above = np.maximum((x - mean) + scale, 1e-300)
        value = ndtr((np.log(above) - median) / sigma)
    return np.where(np.isfinite(mean) & np.isfinite(variance) & np.isfinite(third), value, 0.0)


def shifted_lognormal_quantile(q: Array, mean: Array, variance: Array, third: Array) -> Array:
    """Value that is not passed with probability `q`; infinite where the mean is.

    >>> round(float(shifted_lognormal_quantile(0.95, 2.0, 0.0, 0.0)), 6)
    2.0
    """
    with np.errstate(invalid="ignore", over="ignore"):
        shift, median, sigma = shifted_lognormal(mean, variance, third)
        value = shift + np.exp(median + sigma * ndtri(q))
    return np.where(np.isfinite(mean) & np.isfinite(variance) & np.isfinite(third), value, np.inf)


@dataclass(frozen=True)
class Mixture(Columns):
    """M mixtures of C parts: weights that add up to one along the last axis, and three central moments of each."""

    weight: Array = field(metadata=COLUMN)
    mean: Array = field(metadata=COLUMN)
    variance: Array = field(metadata=COLUMN)
    third: Array = field(metadata=COLUMN)

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
        return (self.weight * parts).sum(axis=-1)

    def quantile(self, q: float) -> Array:
        """Value not passed with probability `q`, by bisection between the quantiles of the parts; infinite where
        parts without a finite mean weigh more than 1 - q."""
        if self.mean.shape[-1] == 1:
            return shifted_lognormal_quantile(q, self.mean, self.variance, self.third)[..., 0]
        whole = np.isfinite(self.mean) & (self.weight > 1e-12)
        share = np.where(whole, self.weight, 0.0).sum(axis=-1)
        reached = np.minimum(q / np.maximum(share, 1e-12), 1.0 - 1e-9)[..., None]
        at = shifted_lognormal_quantile(reached, self.mean, self.variance, self.third)
        low = np.where(whole, at, np.inf).min(axis=-1)
        high = np.where(whole, at, -np.inf).max(axis=-1)
        low, high = np.where(np.isfinite(low), low, 0.0), np.where(np.isfinite(high), high, 0.0)
        with np.errstate(invalid="ignore", over="ignore"):
            shift, median, sigma = shifted_lognormal(self.mean, self.variance, self.third)
        weight, shift = np.where(whole, self.weight, 0.0), np.where(whole, shift, np.inf)
        for _ in range(HALVINGS):
            middle = 0.5 * (low + high)
            above = np.maximum(middle[..., None] - shift, 1e-300)
            under = (weight * ndtr((np.log(above) - median) / sigma)).sum(axis=-1) < q
            low, high = np.where(under, middle, low), np.where(under, high, middle)
        return np.where(share >= q, high, np.inf)


def over_levels(share: Array, each: Mixture) -> Mixture:
    """One mixture of M x (L C) parts from L mixtures of M x C, each with its `share` (L x 1)."""
    columns = (share[..., None] * each.weight, each.mean, each.variance, each.third)
    levels, rows, parts = each.mean.shape
    wide = (np.moveaxis(np.broadcast_to(v, each.mean.shape), 0, 1) for v in columns)
    return Mixture(*(v.reshape(rows, levels * parts) for v in wide))
