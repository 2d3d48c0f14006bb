from __future__ import annotations

import pytest

from planner.answers import Plan
from planner.plan.busier import MORE, with_busier
from planner.plan.context import Context
from planner.plan.explore import explore
from planner.report.winner import winner_card
from planner.request.reading import parse_request
from planner.request.request import Request

DATA = {
    "model": "meta-llama/Llama-3.1-8B-Instruct", "sla": {"ttft_p95_s": 1.0, "tpot_p95_s": 0.05},
    "scope": {"gpus": ["L40S", "L4"]},
}  # fmt: skip


def asked(**traffic: object) -> Request:
    return parse_request({**DATA, "traffic": traffic})


def test_the_high_end_costs_what_a_plan_for_it_costs(context: Context) -> None:
    request = asked(users=20_000)
    answer = with_busier(explore(request, context).answer, request, context, check=False)
    assert isinstance(answer, Plan)
    assert answer.busier is not None
    same = explore(asked(users=20_000, requests_per_user_hour=12 * MORE), context).answer
    assert isinstance(same, Plan)
    assert answer.busier.usd_per_hour == same.cluster.cost.usd_per_hour > answer.cluster.cost.usd_per_hour
    assert answer.busier.requests_per_s == pytest.approx(20_000 * 0.2 * 60 / 3600)
    assert ("users", answer.busier.text) in winner_card(answer).lines


def test_what_is_stated_has_no_range(context: Context) -> None:
    for traffic in (
        {"users": 20_000, "requests_per_user_hour": 12},
        {"users": 20_000, "think_time_s": 60},
        {"rate_per_s": 1},
    ):
        request = asked(**traffic)
        answer = explore(request, context).answer
        assert with_busier(answer, request, context, check=False) is answer


def test_a_high_end_that_cannot_be_met_says_so(context: Context) -> None:
    request = asked(users=20_000)
    tight = request.model_copy(update={"limits": request.limits.model_copy(update={"max_gpus": 1})})
    answer = with_busier(explore(request, context).answer, tight, context, check=False)
    assert isinstance(answer, Plan)
    assert answer.busier is not None
    assert answer.busier.usd_per_hour is None
    assert "cannot be met" in answer.busier.text
