"""One thread, lanes in order, only the newest job of a lane."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Any

import pytest

from planner.errors import InputError
from planner.progress import checkpoint
from tui.compute import Compute, Failure, GivesWayError, finish


def wait(true: Callable[[], bool]) -> None:
    end = time.monotonic() + 10
    while not true():
        assert time.monotonic() < end
        time.sleep(0.005)


def test_the_newest_job_of_a_lane_wins_and_plans_go_first() -> None:
    seen: list[tuple[str, Any]] = []
    compute = Compute(lambda lane, outcome: seen.append((lane, outcome)))
    gate = threading.Event()
    compute.submit("money", lambda: gate.wait(10))
    time.sleep(0.05)
    for n in range(5):
        compute.submit("details", lambda n=n: n)
        compute.submit("plan", lambda n=n: n)
    gate.set()
    wait(lambda: len(seen) == 3)
    compute.close()
    assert seen == [("money", True), ("plan", 4), ("details", 4)]


def test_a_cancelled_lane_says_nothing() -> None:
    seen: list[tuple[str, Any]] = []
    compute = Compute(lambda lane, outcome: seen.append((lane, outcome)))
    begun, gate = threading.Event(), threading.Event()

    def job() -> str:
        begun.set()
        gate.wait(10)
        return "late"

    compute.submit("plan", job)
    begun.wait(10)
    compute.cancel("plan")
    gate.set()
    compute.submit("plan", lambda: "newer")
    wait(lambda: bool(seen))
    compute.close()
    assert seen == [("plan", "newer")]


def test_errors_are_problems_and_the_thread_goes_on() -> None:
    seen: list[Any] = []
    compute = Compute(lambda lane, outcome: seen.append(outcome))

    def user() -> None:
        raise InputError("model: no")

    def bug() -> None:
        raise KeyError("x")

    for job in (user, bug, lambda: 1):
        compute.submit("plan", job)
        count = len(seen)
        wait(lambda count=count: len(seen) > count)
    compute.close()
    assert seen[0] == Failure("model: no")
    assert seen[1].text.startswith("internal error: KeyError")
    assert seen[2] == 1


def test_a_long_job_gives_way_and_is_run_again() -> None:
    seen: list[tuple[str, Any]] = []
    compute = Compute(lambda lane, outcome: seen.append((lane, outcome)))
    begun, runs = threading.Event(), []

    def check() -> str:
        runs.append(1)
        begun.set()
        while len(runs) == 1:
            checkpoint()
            time.sleep(0.005)
        return "checked"

    compute.submit("verify", check)
    begun.wait(10)
    compute.submit("details", lambda: "details")
    wait(lambda: len(seen) == 2)
    compute.close()
    assert seen == [("details", "details"), ("verify", "checked")]
    assert len(runs) == 2


@pytest.mark.parametrize(
    ("lane", "other", "left"),
    [("first", "first", False), ("plan", "first", True), ("plan", "plan", True), ("write", "plan", False),
     ("details", "details", False), ("details", "plan", True),
     ("why", "why", True), ("wider", "verify", True), ("verify", "wider", False)],
)  # fmt: skip
def test_which_jobs_are_left_for_which(lane: str, other: str, left: bool) -> None:
    seen: list[Any] = []
    compute = Compute(lambda lane, outcome: seen.append(outcome))
    begun, asked, ran = threading.Event(), threading.Event(), []

    def job() -> str:
        ran.append(1)
        begun.set()
        asked.wait(10)
        checkpoint()
        return "first"

    compute.submit(lane, job)
    begun.wait(10)
    compute.submit(other, lambda: "second")
    asked.set()
    wait(lambda: compute.idle)
    compute.close()
    again = lane != other and left
    assert seen == (["second", "first"] if again else ["second"] if left else ["first", "second"])
    assert len(ran) == 1 + again


def test_a_newer_question_ends_a_first_answer_that_takes_long(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tui.compute.FIRST_S", 0.0)
    seen: list[Any] = []
    compute = Compute(lambda lane, outcome: seen.append(outcome))
    begun, asked = threading.Event(), threading.Event()

    def job() -> str:
        begun.set()
        asked.wait(10)
        checkpoint()
        return "first"

    compute.submit("first", job)
    begun.wait(10)
    compute.submit("first", lambda: "second")
    asked.set()
    wait(lambda: compute.idle)
    compute.close()
    assert seen == ["second"]


def test_each_file_is_written_in_the_order_asked_for() -> None:
    seen: list[Any] = []
    compute = Compute(lambda lane, outcome: seen.append(outcome))
    begun, asked = threading.Event(), threading.Event()

    def job() -> str:
        begun.set()
        asked.wait(10)
        return "report"

    compute.submit("write", job)
    begun.wait(10)
    for name in ("script", "clipboard", "another"):
        compute.submit("write", lambda name=name: name)  # type: ignore[misc]
    asked.set()
    wait(lambda: compute.idle)
    compute.close()
    assert seen == ["report", "script", "clipboard", "another"]


def test_a_cancelled_long_job_ends_and_is_not_run_again() -> None:
    seen: list[tuple[str, Any]] = []
    compute = Compute(lambda lane, outcome: seen.append((lane, outcome)))
    begun, ended = threading.Event(), threading.Event()

    def check() -> None:
        begun.set()
        try:
            while True:
                checkpoint()
                time.sleep(0.005)
        except GivesWayError:
            ended.set()
            raise

    compute.submit("verify", check)
    begun.wait(10)
    compute.cancel("verify")
    wait(lambda: ended.is_set() and compute.idle)
    compute.close()
    assert seen == []


def test_work_that_is_left_is_waited_for_but_not_for_ever() -> None:
    begun, gate = threading.Event(), threading.Event()

    def work() -> None:
        begun.set()
        gate.wait(10)

    compute = Compute(lambda lane, outcome: None)
    compute.submit("plan", work)
    assert begun.wait(10)
    compute.close()
    begun_s = time.monotonic()
    finish(0.1)
    assert 0.1 <= time.monotonic() - begun_s < 5.0
    assert not compute.idle
    threading.Timer(0.1, gate.set).start()
    finish(10.0)
    assert compute.idle
