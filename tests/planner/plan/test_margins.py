"""Each limit against the closed form and the simulation, at one confidence."""

from __future__ import annotations

from math import inf, nan

import pytest

from planner.answers import Plan
from planner.plan.checks import Checker
from planner.plan.context import Context
from planner.plan.explore import Explored
from planner.plan.margins import loose_limits, margin, no_limit, predicted, simulated
from tests.planner.conftest import chat_request


def test_headroom_is_of_the_simulated_figure_and_else_of_the_predicted() -> None:
    assert margin("ttft_p95_s", 2.0, 1.0, 0.5).headroom_share == pytest.approx(0.75)
    assert margin("ttft_p95_s", 2.0, 1.0, None).headroom_share == pytest.approx(0.5)
    assert margin("ttft_p95_s", 2.0, None, None).headroom_share is None


@pytest.mark.parametrize("value", [nan, inf])
def test_what_there_is_none_of_is_none(value: float) -> None:
    found = margin("tpot_p95_s", 0.05, value, value)
    assert (found.predicted_s, found.simulated_s, found.headroom_share) == (None, None, None)


def test_predictions_are_within_the_limits_that_the_search_kept(explored: Explored) -> None:
    answer = explored.answer
    assert isinstance(answer, Plan)
    assert explored.found is not None
    assert explored.winner is not None
    assert answer.sla == predicted(explored.found, explored.winner, explored.request.sla)
    assert all(m.predicted_s is None or m.predicted_s <= m.limit_s for m in answer.sla)


def test_simulated_figures_are_those_of_the_run(explored: Explored, context: Context) -> None:
    answer = explored.answer
    assert isinstance(answer, Plan)
    run = Checker(explored.request, context.coefficients).check(answer.cluster)
    told = {m.key: m.simulated_s for m in simulated(answer.sla, run, holds=True)}
    assert told == {check.key: check.value_s for check in run.sla}
    assert all(m.predicted_s is None for m in simulated(answer.sla, run, holds=False))


def test_a_late_first_token_that_nobody_limited_is_told() -> None:
    assert no_limit(14.0, 0.03, chat_request(sla={"tpot_p95_s": 0.05})) == [
        "no limit on the first token was stated: its p95 is 14.0 s (--ttft-p95 states one)"
    ]
    assert no_limit(9.0, 0.03, chat_request(sla={"tpot_p95_s": 0.05})) == []
    for key in ("ttft_p99_s", "e2e_p95_s"):
        assert no_limit(14.0, 0.03, chat_request(sla={key: 60.0})) == []


def test_a_plan_without_a_limit_says_so_and_what_it_comes_to() -> None:
    told = "no limit on latency was stated: p95 is 3.3 s to the first token"
    (text,) = no_limit(3.3, 0.11, chat_request(sla={}))
    assert text == f"{told} and 0.11 s a token (--ttft-p95 and --tpot-p95 state limits)"
    assert no_limit(3.3, nan, chat_request(sla={}))[0].startswith(f"{told} (")


def test_a_limit_in_milliseconds_is_asked_about() -> None:
    (text,) = no_limit(0.3, 0.03, chat_request(sla={"ttft_p95_s": 1.0, "tpot_p95_s": 50.0}))
    assert text == "tpot_p95_s = 50: 50 s a token is no limit; limits are in seconds: 0.05?"
    assert loose_limits({"itl_p99_s": 200.0, "tpot_mean_s": 0.9, "e2e_p95_s": 90.0}) == [
        "itl_p99_s = 200: 200 s a token is no limit; limits are in seconds: 0.2?"
    ]
