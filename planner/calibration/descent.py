"""Levenberg-Marquardt inside bounds, for a loss whose curvature is given as a matrix, and the robust loss itself."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from scipy.linalg import solve

from planner.formulas.types import Array

# Choices of the method: the log error beyond which a point hardly counts more, first as wide as factors may be wrong
# from the start and then as narrow as outliers ask for; and the gain below which it ends.
SOFTS = (1.0, 0.5, 0.25)
TOLERANCE = 3e-5
TRIES = 12
LEAST = 1e-4


def descend(
    x: Array,
    loss: Callable[[Array], float],
    normal: Callable[[Array], tuple[Array, Array]],
    bounds: tuple[Array, Array],
    *,
    rounds: int,
) -> Array:
    """The least of `loss` from `x`; `normal` gives Gauss-Newton curvature and gradient.

    Unknowns that press against a bound rest for the step, and those that nothing pulls at.
    """
    low, high = bounds
    here, damping = loss(x), 1e-3
    for _ in range(rounds):
        curvature, gradient = normal(x)
        free = ~(((x <= low) & (gradient > 0)) | ((x >= high) & (gradient < 0))) & (gradient != 0.0)
        scale = np.diag(curvature)[free]
        for _ in range(TRIES):
            step = np.zeros_like(x)
            damped = curvature[np.ix_(free, free)] + np.diag(damping * scale)
            step[free] = -solve(damped, gradient[free], assume_a="pos")
            moved = np.clip(x + step, low, high)
            there = loss(moved)
            if there < here:
                break
            damping *= 5.0
        else:
            return x
        gain, x, here, damping = here - there, moved, there, max(damping / 5.0, LEAST)
        if gain < TOLERANCE * here:
            return x
    return x


def soften(errors: Array, soft: float) -> Array:
    """Signed square root of a Cauchy loss [Holland 1977]: linear for small errors, nearly flat far beyond `soft`."""
    scaled = errors / soft
    return np.sign(scaled) * np.sqrt(np.log1p(scaled**2))


def softened_slope(errors: Array, soft: float) -> Array:
    """Derivative of `soften`."""
    scaled = np.maximum(np.abs(errors) / soft, 1e-6)
    return scaled / (1.0 + scaled**2) / np.sqrt(np.log1p(scaled**2)) / soft
