from __future__ import annotations

import numpy as np
import pytest

from planner.fleet.problem import usage
from tests.planner.fleet.conftest import problem


def test_what_units_use_is_their_number_times_what_each_uses() -> None:
    p = problem([1.0, 2.0], [[1.0, 1.0]], [[1.0, 1.0]])
    units = np.array([[1.0, 0.0], [2.0, 3.0]])
    used = usage(p, units)
    assert used["gpus"] == pytest.approx(p.gpus @ units)
    assert used["machines"].sum(axis=0) == pytest.approx(p.machines @ units)
    assert p.shape == (2, 1, 2)
