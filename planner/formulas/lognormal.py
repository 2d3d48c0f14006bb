"""The lognormal above a shift, known by its first three moments."""

from __future__ import annotations

import numpy as np

from planner.formulas.normal import ndtr, ndtri
from planner.formulas.powers import cube
from planner.formulas.types import Array

LEAST_SKEW = 1e-3


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
    half = 0.5 * np.maximum(third / cube(sd), LEAST_SKEW)
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
