from __future__ import annotations

import numpy as np
import pytest

from planner.calibration.own.spread import median_size, narrowed, narrowing

SPAN = (0.5, 2.0)


def test_no_run_changes_nothing() -> None:
    assert narrowing([], SPAN) == 1.0
    assert narrowing([np.nan], SPAN) == 1.0


def test_more_runs_with_small_errors_narrow_more() -> None:
    powers = [narrowing(np.full(n, 0.01), SPAN) for n in (1, 3, 10, 30)]
    assert powers == sorted(powers, reverse=True)
    assert powers[2] < 1.0 / 3.0


def test_an_interval_never_ends_below_what_the_errors_themselves_are() -> None:
    errors = np.tile([-0.3, 0.3], 50)
    low, high = narrowed(SPAN, narrowing(errors, SPAN))
    assert np.log(high / low) == pytest.approx(2.0 * 1.645 * 0.3, rel=0.05)


def test_a_single_run_no_worse_than_what_stands_does_not_widen_it() -> None:
    assert narrowing([0.2], SPAN) <= 1.0


def test_runs_far_outside_widen_it() -> None:
    assert narrowing(np.full(5, 1.5), SPAN) > 1.0


def test_the_median_size_is_of_relative_errors() -> None:
    assert median_size(np.log([1.1, 0.9, np.nan])) == pytest.approx(0.1)
    assert median_size(np.array([np.nan])) is None


@pytest.mark.parametrize("error", [10.0, -40.0, 300.0])
def test_an_end_is_a_factor_that_can_be_stored_however_far_off_runs_are(error: float) -> None:
    low, high = narrowed(SPAN, narrowing([error], SPAN))
    assert 1e-4 <= low < 1.0 < high <= 1e4
