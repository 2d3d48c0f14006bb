"""Powers as products: but for the second, `**` takes a call a value, which is slow at zero and very slow below."""

from __future__ import annotations

import numpy as np

from planner.formulas.types import Array


def cube(x: Array) -> Array:
    """The third power.

    >>> cube(-2.0)
    -8.0
    """
    return x * x * x


def both(a: Array, b: Array) -> Array:
    """Root of the sum of two squares, which neither overflow nor vanish; `hypot` minds that, and takes six times as
    long.

    >>> float(both(3.0, 4.0))
    5.0
    """
    return np.sqrt(a * a + b * b)
