"""A first-order autoregression: what makes one window resemble the last."""

from __future__ import annotations

from itertools import accumulate

import numpy as np

from planner.formulas.types import Array


def stationary(noise: Array, keep: float) -> Array:
    """x[i] = keep x[i - 1] + sqrt(1 - keep^2) noise[i], from x[0] = noise[0]; standard normal if the noise is."""
    scaled = (noise[1:] * np.sqrt(1.0 - keep**2)).tolist()
    return np.array(list(accumulate(scaled, lambda x, e: keep * x + e, initial=float(noise[0]))))
