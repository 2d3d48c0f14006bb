from __future__ import annotations

import os
import pickle
import random
import signal
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from planner.catalogs import Catalogs
from planner.errors import InputError
from planner.sweep.grid import axis, grid
from planner.sweep.run import SweepWork
from planner.sweep.sweep import sweep
from tests.consistency.drawn import TORTURE

SCENARIOS = grid([axis("scope.gpus=L40S,H100,H999", {}), axis("traffic.rate_per_s=1:20:log8", {})])
KILLS = 40 if TORTURE else 2


def test_rows_stand_in_the_order_of_the_scenarios(work: SweepWork) -> None:
    told: list[tuple[int, int]] = []
    columns = sweep(work, SCENARIOS, progress=lambda done, total: told.append((done, total)))
    assert columns["traffic.rate_per_s"] == [s["traffic.rate_per_s"] for s in SCENARIOS]
    assert columns["status"][-8:] == ["error"] * 8
    assert told[-1] == (len(SCENARIOS), len(SCENARIOS))


def test_a_file_and_its_repeat_have_the_same_bytes(work: SweepWork, tmp_path: Path) -> None:
    for name in ("a.csv", "b.csv"):
        sweep(work, SCENARIOS, target=tmp_path / name)
    assert (tmp_path / "a.csv").read_bytes() == (tmp_path / "b.csv").read_bytes()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.csv", "b.csv"]


def killed(run: Callable[[], object], after_s: float) -> None:
    """Run in a process that is killed after so many seconds, or ends before."""
    child = os.fork()
    if child == 0:
        try:
            run()
        finally:
            os._exit(0)
    time.sleep(after_s)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)


@pytest.mark.parametrize("name", ["out.csv", "out.jsonl"] if TORTURE else ["out.csv"])
def test_killed_at_any_moment_and_run_again_the_bytes_are_those_of_an_unbroken_run(
    work: SweepWork, tmp_path: Path, name: str
) -> None:
    whole, out = tmp_path / "whole" / name, tmp_path / "broken" / name
    began = time.monotonic()
    sweep(work, SCENARIOS, target=whole)
    took = time.monotonic() - began
    rng = random.Random(7)
    for _ in range(KILLS):
        killed(lambda: sweep(work, SCENARIOS, target=out), rng.uniform(0.0, took))
        assert not out.exists() or out.read_bytes() == whole.read_bytes()
    sweep(work, SCENARIOS, target=out)
    assert out.read_bytes() == whole.read_bytes()
    assert [path.name for path in out.parent.iterdir()] == [name]


def test_a_sweep_that_goes_on_keeps_its_day(work: SweepWork, tmp_path: Path) -> None:
    class Stop(Exception):  # noqa: N818 - ends a sweep
        pass

    def stop(done: int, total: int) -> None:
        if done == 3:
            raise Stop

    with pytest.raises(Stop):
        sweep(work, SCENARIOS, target=tmp_path / "a.csv", progress=stop)
    later = replace(work, day=date(2027, 11, 29))
    sweep(later, SCENARIOS, target=tmp_path / "a.csv")
    sweep(work, SCENARIOS, target=tmp_path / "b.csv")
    assert (tmp_path / "a.csv").read_bytes() == (tmp_path / "b.csv").read_bytes()


def test_the_work_travels_to_other_machines(work: SweepWork) -> None:
    there = pickle.loads(pickle.dumps(work))
    assert sweep(there, SCENARIOS[:2]) == sweep(work, SCENARIOS[:2])


def test_a_journal_under_other_records_is_another_sweeps(work: SweepWork, tmp_path: Path) -> None:
    class Stop(Exception):  # noqa: N818 - ends a sweep
        pass

    def stop(done: int, total: int) -> None:
        if done == 3:
            raise Stop

    with pytest.raises(Stop):
        sweep(work, SCENARIOS, target=tmp_path / "a.csv", progress=stop)
    kept = (tmp_path / ".a.csv.sweep").read_bytes()
    (tmp_path / "own" / "prices").mkdir(parents=True)
    (tmp_path / "own" / "prices" / "mine.csv").write_text("a")
    other = replace(work, catalogs=Catalogs.read(tmp_path / "own"))
    with pytest.raises(InputError, match="another sweep"):
        sweep(other, SCENARIOS, target=tmp_path / "a.csv")
    assert (tmp_path / ".a.csv.sweep").read_bytes() == kept
