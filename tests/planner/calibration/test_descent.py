from __future__ import annotations

import numpy as np

from planner.calibration.descent import descend, soften, softened_slope
from planner.formulas.types import Array


def test_the_loss_narrows_without_changing_for_small_errors() -> None:
    errors = np.linspace(-2.0, 2.0, 41)
    for soft in (1.0, 0.25):
        slope = (soften(errors + 1e-6, soft) - soften(errors - 1e-6, soft)) / 2e-6
        np.testing.assert_allclose(np.abs(slope), softened_slope(errors, soft), rtol=1e-3, atol=1e-3)
    np.testing.assert_allclose(soften(np.array([1e-3]), 1.0) * 4.0, soften(np.array([1e-3]), 0.25), rtol=1e-4)


def test_descent_stays_within_its_bounds() -> None:
    target = np.array([3.0, -0.2])

    def loss(x: Array) -> float:
        return float(np.sum((x - target) ** 2))

    found = descend(
        np.zeros(2), loss, lambda x: (np.eye(2), x - target), (np.full(2, -1.0), np.full(2, 1.0)), rounds=20
    )
    np.testing.assert_allclose(found, [1.0, -0.2], atol=1e-3)
