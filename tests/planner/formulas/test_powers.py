from __future__ import annotations

import numpy as np
import pytest

from planner.formulas.powers import both, cube


def test_powers_are_those_of_numpy() -> None:
    x = np.array([-3.0, -0.0, 0.0, 1e-9, 2.5, np.inf])
    assert cube(x) == pytest.approx(x**3, rel=1e-15)
    assert both(x, 2.0) == pytest.approx(np.hypot(x, 2.0), rel=1e-15)
    seconds = np.random.default_rng(0).uniform(1e-9, 10.0, 1000)
    assert (both(seconds, 0.0) == seconds).all()
