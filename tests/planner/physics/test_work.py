from __future__ import annotations

import numpy as np
import pytest

from planner.physics.work import StepTime, Term, fixed, roofs, zero


def test_each_roof_alone_is_work_over_its_rate() -> None:
    work = roofs(np.array([4e12]), np.array([2e9]), np.array([1e12]), np.array([1e9]), np.array([1e-6]), 3.0)
    assert (work.compute_s[0], work.memory_s[0], work.fixed_s[0]) == pytest.approx((12.0, 6.0, 3e-6))
    more = work + fixed(np.array([1.0])) + zero()
    assert more.fixed_s[0, 0] == pytest.approx(1.0 + 3e-6)


def test_a_term_lies_between_its_larger_roof_and_their_sum_and_says_which_binds() -> None:
    work = roofs(np.array([4e12]), np.array([2e9]), np.array([1e12]), np.array([1e9]), np.array([0.0]), 1.0)
    ones = (np.ones(1), np.ones(1), np.ones(1))
    term = Term.of(work, ones, 3.0)
    assert 4.0 < term.seconds[0] < 6.0
    assert term.binding() == "compute"
    slowed = Term.of(work, (np.ones(1), np.full(1, 10.0), np.ones(1)), 3.0)
    assert slowed.binding() == "bandwidth"
    step = StepTime({"a": term, "b": slowed})
    assert step.total_s[0] == pytest.approx(term.seconds[0] + slowed.seconds[0])
