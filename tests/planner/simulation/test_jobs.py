from __future__ import annotations

import numpy as np

from planner.simulation.jobs import Jobs, floats, times, wholes


def test_columns_keep_what_they_are_made_from() -> None:
    assert floats([1, 2.5]).tolist() == [1.0, 2.5]
    assert wholes(np.array([3.0, 1e15])).tolist() == [3, 10**15]


def test_nothing_has_come_of_new_requests() -> None:
    run = Jobs.of([0.0, 1.0], [10, 20], [1, 3])
    assert len(run) == 2
    assert np.isnan(run.first_s).all()
    assert np.isnan(run.finish_s).all()
    assert [sum(column) for column in (run.late_s, run.preempted, run.retried, run.refused)] == [0, 0, 0, 0]


def test_times_are_of_what_has_ended() -> None:
    run = Jobs.of([0.0, 1.0, 2.0], [10, 20, 30], [1, 3, 5])
    run.first_s[1], run.finish_s[1], run.first_s[2] = 1.5, 2.5, 3.0
    seen = times(run)
    np.testing.assert_array_equal(seen["ttft_s"], [np.nan, 0.5, np.nan])
    np.testing.assert_array_equal(seen["tpot_s"], [np.nan, 0.5, np.nan])
    np.testing.assert_array_equal(seen["e2e_s"], [np.nan, 1.5, np.nan])
    assert times(run, slice(1, 2))["arrival_s"].tolist() == [1.0]
