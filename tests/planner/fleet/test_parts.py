from __future__ import annotations

import numpy as np
import pytest

from planner.fleet.parts import joined, parts_of, within_limits
from planner.fleet.problem import Fleet
from planner.fleet.solve import solve
from tests.planner.fleet.conftest import problem


def test_workloads_that_share_nothing_fall_apart_and_come_together_again() -> None:
    whole = problem([1.0, 2.0], [[1.0, 0.0], [0.0, 1.0]], [[3.0], [2.0]])
    parts = parts_of(whole)
    assert [(list(mine), list(columns)) for _, mine, columns in parts] == [([0], [0]), ([1], [1])]
    answers = [(solve(part), mine, columns) for part, mine, columns in parts]
    fleet = joined(whole, [(f, m, c) for f, m, c in answers if isinstance(f, Fleet)])
    assert fleet.units[:, 0] == pytest.approx([3.0, 2.0])
    assert fleet.usd_per_hour == pytest.approx(7.0)
    assert within_limits(whole, fleet)
    assert not within_limits(problem([1.0, 2.0], np.eye(2), [[3.0], [2.0]], max_usd_per_hour=6.0), fleet)


def test_a_shared_purchase_keeps_workloads_together() -> None:
    assert len(parts_of(problem([1.0], [[1.0], [1.0]], [[3.0], [2.0]]))) == 1
