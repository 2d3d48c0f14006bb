"""What simulations may compute is counted in steps, and never depends on what is known already."""

from __future__ import annotations

from dataclasses import replace

import pytest

from planner.simulation.clock import Clock
from planner.simulation.replicas import Scaling, Setup, simulate
from planner.simulation.work import MOST_STEPS, PLAN_STEPS, STEPS_A_REQUEST, RunSteps, StepBudget, TooLongError
from tests.planner.simulation.conftest import jobs


def test_a_run_that_is_expected_to_need_more_steps_is_not_begun(clock: Clock) -> None:
    work = StepBudget()
    with pytest.raises(TooLongError, match=r"needs about 1,600,000 steps, at most 1,000,000"):
        simulate(replace(clock, budget=1), jobs(3000, isl=500), Setup(1), work=work)
    assert (work.steps, work.requests) == (0, 3000)


def test_a_run_ends_where_its_steps_are_used_up(clock: Clock) -> None:
    work = StepBudget(100.0)
    with pytest.raises(TooLongError, match=r"needs more than 120 steps"):
        simulate(clock, jobs(20, osl=4000), Setup(1), work=StepBudget(120.0, steps=105))
    with pytest.raises(TooLongError):
        simulate(clock, jobs(15), Setup(4000, "prefix"), work=work)


def test_what_a_run_takes_is_booked_and_changes_nothing(clock: Clock) -> None:
    work = StepBudget()
    free, counted = simulate(clock, jobs(300), Setup(2)), simulate(clock, jobs(300), Setup(2), work=work)
    assert free.makespan_s == counted.makespan_s
    assert 300 <= work.steps == work.last.steps < 3000


def test_looks_of_the_scaler_are_work_too(clock: Clock) -> None:
    """Requests that are years apart, and a scaler that looks each second."""
    with pytest.raises(TooLongError, match=r"needs about 1"):
        simulate(clock, jobs(3, gap=5e8), Setup(1, scaling=Scaling(1, 2, 8.0, every_s=1.0)), work=StepBudget())


def test_more_requests_may_take_more_steps() -> None:
    assert StepBudget().most == MOST_STEPS
    assert StepBudget(requests=MOST_STEPS).most == STEPS_A_REQUEST * MOST_STEPS
    assert StepBudget.of_plan().most == MOST_STEPS
    assert StepBudget(requests=MOST_STEPS, cap=PLAN_STEPS).most == PLAN_STEPS


def test_a_run_that_is_known_counts_as_one_that_is_run() -> None:
    work = StepBudget()
    work.again(RunSteps(10, 600_000.0, 700_000))
    with pytest.raises(TooLongError, match=r"about 1,300,000"):
        work.again(RunSteps(10, 600_000.0, 700_000))
    with pytest.raises(TooLongError, match=r"more than"):
        StepBudget(steps=900_000).again(RunSteps(10, 5.0, 200_000))
