from __future__ import annotations

import pytest

from planner.plan.checks import BREAK_RUNS, BREAK_STEP, breaking_rate


@pytest.mark.parametrize("truth", [7.9, 8.3, 10.0, 13.0, 20.0])
@pytest.mark.parametrize("asked", [2.0, 7.5])
def test_the_rate_that_breaks_is_found_to_a_step_whatever_the_rate_asked(truth: float, asked: float) -> None:
    runs = []

    def holds(rate: float) -> bool:
        runs.append(rate)
        return rate < truth

    found = breaking_rate(holds, 9.0, asked)
    assert found is not None
    assert found == pytest.approx(truth, rel=BREAK_STEP - 1.0)
    assert len(runs) <= BREAK_RUNS


def test_where_it_is_too_far_to_find_nothing_is_said() -> None:
    assert breaking_rate(lambda rate: True, 1.0, 0.5) is None
