from __future__ import annotations

import os
import signal
import subprocess
import sys
import time

import pytest

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


# Prints the processes of a sweep that would take for ever.
LONG = """
import os, time
from concurrent.futures import ProcessPoolExecutor
from planner.sweep import run
if __name__ == "__main__":
    run.Context = lambda *_: None
    work = run.SweepWork({}, None, None, None)
    pool = ProcessPoolExecutor(2, initializer=run._begin, initargs=(work,))
    print(*{job.result() for job in [pool.submit(os.getpid) for _ in range(20)]}, flush=True)
    time.sleep(600)
"""


@pytest.mark.skipif(os.name != "posix", reason="signals")
def test_the_processes_of_a_sweep_end_with_it_even_where_it_is_killed() -> None:
    with subprocess.Popen([sys.executable, "-c", LONG], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        found = [int(pid) for pid in process.stdout.readline().split()]
        process.send_signal(signal.SIGKILL)
    assert found
    end = time.monotonic() + 60
    while any(map(alive, found)):
        assert time.monotonic() < end
        time.sleep(0.1)


def alive(pid: int) -> bool:
    """Whether a process runs; one that has ended may wait for somebody who asks."""
    done = subprocess.run(["ps", "-o", "stat=", "-p", str(pid)], capture_output=True, text=True, check=False)
    return done.stdout.strip()[:1] not in ("", "Z")
