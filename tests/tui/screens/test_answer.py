"""The plan on the screen: what is of an older question is not shown, and the simulated answer takes its place."""

from __future__ import annotations

from tests.tui.conftest import app, headline, main_screen, put, until
from tui.screens.answer import PlanScreen
from tui.session import Session
from tui.views.plan import PlanView
from tui.widgets.badge import CHECKING, HOLDS, OUTDATED, Badge
from tui.widgets.candidates import CandidateGrid


def test_a_screen_without_its_thread_has_not_settled() -> None:
    assert not PlanScreen(Session()).settled


async def test_the_plan_is_checked_and_its_details_are_those_of_the_first_candidate() -> None:
    async with app().run_test(size=(140, 40)) as pilot:
        await until(pilot, lambda: bool(pilot.app.screen_stack[1:]))
        screen = main_screen(pilot)
        await until(pilot, lambda: screen.settled and screen.query_one(Badge).state not in ("planning", CHECKING))
        assert screen.query_one(Badge).state == HOLDS
        details, chosen = screen.query_one(PlanView).details, screen.query_one(CandidateGrid).chosen
        assert details is not None
        assert chosen is not None
        assert details.answer is not None
        assert details.answer.verification is not None
        assert (details.cluster.machine.gpu, details.cluster.replica.weight_format) == (chosen.gpu, chosen.weights)
        assert details.cluster.cost.usd_per_hour == chosen.usd_per_hour


async def test_what_is_no_question_marks_the_answer_as_old() -> None:
    async with app().run_test(size=(140, 40)) as pilot:
        await until(pilot, lambda: bool(pilot.app.screen_stack[1:]))
        screen = main_screen(pilot)
        await until(pilot, lambda: screen.settled and screen.query_one(Badge).state == HOLDS)
        put(pilot, "model", "no such model at all")
        await until(pilot, lambda: screen.query_one(Badge).state == OUTDATED)
        assert headline(pilot).state == "error"
        put(pilot, "model", "Qwen/Qwen2.5-7B-Instruct")
        await until(pilot, lambda: screen.settled and screen.query_one(Badge).state == HOLDS)
        assert headline(pilot).state == "answer"


async def test_the_winner_is_shown_from_all_sides_where_the_filter_holds_all_candidates_back() -> None:
    async with app().run_test(size=(140, 40)) as pilot:
        await until(pilot, lambda: bool(pilot.app.screen_stack[1:]) and main_screen(pilot).settled)
        screen = main_screen(pilot)
        put(pilot, "find", "no candidate is called so")
        put(pilot, "traffic-rate_per_s", "6")
        await until(pilot, lambda: screen.settled and screen.query_one(Badge).state == HOLDS)
        assert screen.query_one(CandidateGrid).chosen is None
        assert screen.query_one(PlanView).details is not None
        assert "6 of" in headline(pilot).text
