from __future__ import annotations

import numpy as np

from planner.simulation.chosen import Kernel
from planner.simulation.clock import Clock
from planner.simulation.ended import outcome_of, span_s
from planner.simulation.jobs import Jobs
from tests.planner.simulation.conftest import one_replica


def test_a_run_spans_until_its_last_answer_or_until_it_is_cut_off() -> None:
    run = Jobs.of([0.0, 1.0, 2.0], [10, 20, 30], [1, 3, 5])
    run.finish_s[0], run.finish_s[1] = 0.5, 9.0
    assert span_s(run, 100.0) == 100.0
    run.refused[2] = 1
    assert span_s(run, 100.0) == 9.0


def test_each_request_is_counted_once(kernel: Kernel, clock: Clock) -> None:
    run = Jobs.of([0.0, 1.0, 2.0], [10, 10**7, 30], [1, 3, 10**5])
    replica = one_replica(kernel, clock, run)
    for job, at_s in enumerate(run.arrival_s):
        replica.submit(job, at_s)
    replica.advance(5.0)
    found = outcome_of(
        run, replica.requests, [replica], end_s=5.0, makespan_s=5.0, paid_s=3600.0, replicas_most=1
    )  # fmt: skip
    assert (found.served, found.refused, found.unfinished, found.replica_hours) == (1, 1, 1, 1.0)
    np.testing.assert_array_equal(np.isnan(found.waited_s), [False, True, False])
    assert 0.0 < found.busy_share <= 1.0
