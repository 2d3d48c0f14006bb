"""One thread, lanes in order, only the newest job of a lane."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Any

from planner.errors import InputError
from tui.compute import Compute, Failure


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
