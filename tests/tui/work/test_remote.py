"""The work process as the interface has it: the same answers, in the same order, and an end that is certain."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot
from textual.widgets import Static

from planner.planner import Planner
from planner.request.reading import parse_request
from tests.tui.conftest import H100, QUICK, answered, main_screen, put, until, view
from tui import catalogs, jobs
from tui.app import GpuPlanApp
from tui.compute import PLANS, RUNS, Failure
from tui.root import Root
from tui.widgets.badge import HOLDS, Badge
from tui.work.remote import LOST, RemoteLanes, WorkProcess


class Ends:
    """What comes back."""

    def __init__(self, work: WorkProcess, name: str) -> None:
        self.came: list[tuple[str, Any]] = []
        self.lanes: RemoteLanes = work.lanes(name, lambda lane, outcome: self.came.append((lane, outcome)))

    def next(self) -> Any:
        wait(lambda: bool(self.came))
        return self.came.pop(0)[1]

    def ask(self, lane: str, job: Callable[[], Any]) -> Any:
        self.lanes.submit(lane, job)
        return self.next()


def wait(true: Callable[[], bool], seconds: float = 60.0) -> None:
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end
        time.sleep(0.01)


def alive(pid: int) -> bool:
    """Whether a process runs; one that has ended and was not asked for its code does not."""
    try:
        return "Z" not in Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False


@pytest.fixture(scope="module")
def work() -> Iterator[WorkProcess]:
    started = WorkProcess()
    yield started
    started.close()


@pytest.fixture(scope="module")
def plans(work: WorkProcess) -> Ends:
    return Ends(work, PLANS)


def test_answers_are_those_of_a_planner_here(work: WorkProcess, plans: Ends, planner: Planner) -> None:
    runs = Ends(work, RUNS)
    read = plans.ask("catalog", partial(catalogs.read, None))
    assert (read.models, read.choices) == (planner.catalogs.models.names, planner.choices)
    there = read.planner
    asked = parse_request(H100)
    number, explored, request, entries, none = plans.ask("plan", partial(jobs.planned_job, 7, asked, there))
    _, here, same_request, same_entries, _ = jobs.planned_job(7, asked, planner)
    assert (number, request, entries, none) == (7, same_request, same_entries, None)
    _, found, stays, same, _ = plans.ask("verify", partial(jobs.verified_job, 1, explored, there))
    checked = planner.verify(here)
    assert (stays, same) == (True, True)
    assert found.answer == checked.answer
    assert found.explored is explored
    _, details = plans.ask("details", partial(jobs.details_job, 2, found, there, entries[0].index))
    assert details == planner.details(checked, same_entries[0].index)
    run = jobs.RunAsked(3, request, details.cluster, jobs.RunTerms(20.0, 0, None, "least_loaded"))
    runs.lanes.submit("run", partial(jobs.run_job, run, there, Root(), runs.lanes.telling("run")))
    while not (seen := runs.next())[2]:
        assert seen[0] == 3
    assert seen[1].served > 0
    wait(lambda: plans.lanes.idle and runs.lanes.idle)
    assert plans.came == runs.came == []


def test_what_is_wrong_is_told_and_jobs_go_on(plans: Ends) -> None:
    there = plans.ask("catalog", partial(catalogs.read, None)).planner
    failed = plans.ask("plan", partial(jobs.planned_job, 1, parse_request({**H100, "model": "no/such"}), there))
    assert isinstance(failed, Failure)
    assert "no/such" in failed.text
    failed = plans.ask("plan", partial(threading.Lock))  # cannot be sent
    assert failed.text.startswith("internal error: TypeError")
    assert plans.ask("plan", partial(str, 5)) == "5"


def test_a_lane_that_was_cancelled_says_nothing(plans: Ends) -> None:
    plans.lanes.submit("money", partial(time.sleep, 0.3))
    plans.lanes.submit("quant", partial(str, 1))
    plans.lanes.cancel("quant")
    plans.lanes.cancel("money")
    assert not plans.lanes.idle
    wait(lambda: plans.lanes.idle)
    assert plans.came == []


HELD = """
import sys, time
from functools import partial
from tui.work.remote import WorkProcess
work = WorkProcess()
lanes = work.lanes("plans", lambda lane, outcome: None)
lanes.submit("plan", partial(time.sleep, 600))
print(work.pid, flush=True)
time.sleep(600)
"""


@pytest.mark.parametrize("end", [signal.SIGKILL, signal.SIGTERM])
def test_it_ends_with_the_interface_however_that_ends(end: int) -> None:
    with subprocess.Popen([sys.executable, "-c", HELD], stdout=subprocess.PIPE, text=True) as held:
        assert held.stdout is not None
        pid = int(held.stdout.readline())
        time.sleep(0.3)
        assert alive(pid)
        held.send_signal(end)
        wait(lambda: not alive(pid), 20.0)


async def looked_at(app: GpuPlanApp, work: WorkProcess) -> None:
    """An app whose work process is killed."""
    async with app.run_test(size=(100, 30)) as pilot:
        os.kill(work.pid, signal.SIGKILL)
        for _ in range(500):
            if app.fault is not None:
                return
            await pilot.pause(0.02)


async def lost(app: GpuPlanApp, work: WorkProcess) -> None:
    """The interface ends with a fault that says so."""
    work.lost = app.lose
    try:
        with pytest.raises(RuntimeError, match=LOST):
            await looked_at(app, work)
    finally:
        work.close()
    assert LOST in str(app.fault)


async def test_an_interface_without_its_work_process_ends_with_a_fault() -> None:
    work = WorkProcess()
    await lost(GpuPlanApp(QUICK, opened=work.lanes), work)


async def test_one_that_ended_before_the_interface_was_there_is_told_of() -> None:
    work = WorkProcess()
    os.kill(work.pid, signal.SIGKILL)
    wait(lambda: bool(work._ended))
    await lost(GpuPlanApp(H100, opened=work.lanes), work)


async def walked(pilot: Pilot[Any]) -> None:
    """Every view, a simulation and another question: what a view needs is here, not in the work process."""
    await answered(pilot)
    screen = main_screen(pilot)
    await until(pilot, lambda: screen.query_one(Badge).state == HOLDS)
    for key, name in zip(
        ("f3", "f4", "f5", "f7", "f8", "f6"),
        ("quant", "compare", "money", "catalogs", "whatif", "simulate"),
        strict=True,
    ):
        await view(pilot, key, name)
    await until(pilot, lambda: "requests a second" in str(screen.query_one("#simulate-head", Static).render()))
    await pilot.press("r")
    await until(pilot, lambda: "served" in str(screen.query_one("#result", Static).render()))
    await view(pilot, "f2", "plan")
    put(pilot, "traffic-rate_per_s", "5")
    await answered(pilot)


async def test_every_view_works_with_the_answers_of_a_work_process() -> None:
    work = WorkProcess()
    app = GpuPlanApp(QUICK, opened=work.lanes)
    work.lost = app.lose
    try:
        async with app.run_test(size=(120, 40)) as pilot:
            await walked(pilot)
    finally:
        work.close()
    assert app.fault is None


def test_no_thread_of_a_closed_work_process_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the interface is left at once, one of them was still importing a library as the interpreter ended."""
    monkeypatch.setattr("tui.work.remote._import_records", lambda: time.sleep(0.5))
    before, work = set(threading.enumerate()), WorkProcess()
    work.lanes(PLANS, lambda lane, outcome: None)
    work.close()
    assert set(threading.enumerate()) <= before
