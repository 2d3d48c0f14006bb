from __future__ import annotations

import pytest

from planner.answers import Plan
from planner.plan.context import Context
from planner.plan.explore import explore
from tests.planner.conftest import chat_request


def test_the_winner_meets_the_sla_and_is_the_cheapest(context: Context) -> None:
    answer = explore(chat_request(), context).answer
    assert isinstance(answer, Plan)
    c = answer.cluster
    assert c.latency.ttft_s.p95 <= 1.0
    assert c.latency.tpot_s.p95 <= 0.05
    assert c.sla_breaks_at_rate_per_s >= 8
    assert len(answer.runners_up) == 3
    assert all(r.cluster.cost.usd_per_hour >= c.cost.usd_per_hour - 1e-9 for r in answer.runners_up)
    assert all(r.loses_on for r in answer.runners_up)
    assert answer.pareto[0].usd_per_hour == pytest.approx(c.cost.usd_per_hour)


def test_what_costs_as_much_gives_up_nothing(context: Context) -> None:
    scope = {"gpus": ["L40S"], "max_gpus_per_replica": 1}
    answer = explore(chat_request(model="Qwen/Qwen3-8B", traffic={"rate_per_s": 0.5}, scope=scope), context).answer
    assert isinstance(answer, Plan)
    best = answer.cluster.replica
    assert (best.weight_format, best.kv_format) == ("bf16", "bf16")
    same = [r for r in answer.runners_up if r.cluster.cost.usd_per_hour == answer.cluster.cost.usd_per_hour]
    assert same
    assert all("% of the score" in r.loses_on for r in same)


def test_the_front_is_a_front(context: Context) -> None:
    answer = explore(chat_request(), context).answer
    assert isinstance(answer, Plan)
    dollars = [point.usd_per_hour for point in answer.pareto]
    latency = [point.e2e_p95_s for point in answer.pareto]
    assert dollars == sorted(dollars)
    assert latency == sorted(latency, reverse=True)
