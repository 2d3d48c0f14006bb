from __future__ import annotations

import pytest

from planner.answers import Plan
from planner.plan.cluster import utilization
from planner.plan.context import Context
from planner.plan.explore import Explored, explore
from tests.planner.conftest import chat_request


def test_money_reconciles(context: Context) -> None:
    answer = explore(chat_request(), context).answer
    assert isinstance(answer, Plan)
    c = answer.cluster
    assert c.cost.usd_per_hour == pytest.approx(c.machine.count * c.machine.usd_per_hour_each)
    tokens = c.cost.usd_per_million_input_tokens * 8 * 1155 + c.cost.usd_per_million_output_tokens * 8 * 211
    assert tokens * 3600 / 1e6 == pytest.approx(c.cost.usd_per_hour)


def test_spare_replicas_are_paid_for_and_do_not_carry_load(context: Context) -> None:
    scope = {"gpus": ["H100"], "providers": ["runpod"]}
    plain, spare = (explore(chat_request(scope=scope, limits={"spare_replicas": n}), context).answer for n in (0, 1))
    assert isinstance(plain, Plan)
    assert isinstance(spare, Plan)
    assert spare.cluster.cost.usd_per_hour > plain.cluster.cost.usd_per_hour
    assert spare.cluster.spare_replicas == 1


@pytest.mark.parametrize(
    ("asked_per_s", "breaks_at_per_s", "share"), [(4.0, 8.0, 0.5), (8.0, 8.0, 1.0), (9.0, 8.0, 1.0), (1.0, 0.0, 1.0)]
)
def test_utilization_is_the_asked_share_of_the_rate_that_breaks(
    asked_per_s: float, breaks_at_per_s: float, share: float
) -> None:
    assert utilization(asked_per_s, breaks_at_per_s) == share


def test_every_cluster_of_a_plan_has_that_utilization(explored: Explored) -> None:
    answer = explored.answer
    assert isinstance(answer, Plan)
    asked_per_s = explored.request.traffic.peak_per_s
    for c in (answer.cluster, *(r.cluster for r in answer.runners_up)):
        assert c.utilization == pytest.approx(asked_per_s / c.sla_breaks_at_rate_per_s)
