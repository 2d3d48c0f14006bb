from __future__ import annotations

from planner.sweep.grid import axis, grid
from planner.sweep.run import BATCH, SweepWork, processors, rows_of, tasks
from tests.planner.sweep.conftest import BASE


def test_scenarios_that_share_tables_run_together() -> None:
    found = grid([axis(f"traffic.rate_per_s=1:9:lin{BATCH + 1}", {}), axis("scope.gpus=L40S,H100", {})])
    batches = tasks(found)
    assert [len(batch) for batch in batches] == [BATCH, 1, BATCH, 1]
    assert all(len({str(s["scope.gpus"]) for _, s in batch}) == 1 for batch in batches)
    assert sorted(i for batch in batches for i, _ in batch) == list(range(len(found)))


def test_what_is_done_is_not_run_again() -> None:
    found = grid([axis("traffic.rate_per_s=1,2,3", {})])
    assert tasks(found, frozenset({0, 2})) == [[(1, found[1])]]


def test_many_processes_give_the_same_rows(work: SweepWork) -> None:
    found = grid([axis("scope.gpus=L40S,H100,H999", {}), axis("traffic.rate_per_s=1,4", {})])
    alone = dict(rows_of(work, found, jobs=1))
    together = dict(rows_of(work, found, jobs=2))
    assert alone == together
    assert [alone[i]["status"] for i in range(6)] == ["feasible"] * 4 + ["error"] * 2
    assert work.base == BASE
    assert processors() >= 1
