from __future__ import annotations

from planner.answers import Infeasible
from planner.plan.context import Context
from planner.plan.explore import explore
from tests.planner.conftest import chat_request


def test_an_impossible_ttft_names_the_limit_and_the_nearest(context: Context) -> None:
    answer = explore(chat_request(sla={"ttft_p95_s": 0.001, "tpot_p95_s": 0.05}), context).answer
    assert isinstance(answer, Infeasible)
    assert "ttft_p95_s" in answer.binding_limit
    assert "ttft_p95_s" in answer.nearest_change
    assert answer.nearest is not None
    assert answer.nearest.latency.tpot_s.p95 <= 0.05


def test_a_budget_that_is_too_small_says_what_it_would_take(context: Context) -> None:
    answer = explore(chat_request(limits={"max_usd_per_hour": 0.5}), context).answer
    assert isinstance(answer, Infeasible)
    assert "max_usd_per_hour" in answer.binding_limit
    assert "$" in answer.nearest_change


def test_no_room_at_all(context: Context) -> None:
    scope = {"gpus": ["T4"], "formats": ["fp16"], "max_gpus_per_replica": 1}
    answer = explore(chat_request(scope=scope), context).answer
    assert isinstance(answer, Infeasible)
    assert "memory" in answer.binding_limit
