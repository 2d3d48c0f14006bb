from __future__ import annotations

from planner.answers import Plan
from planner.plan.context import Context
from planner.plan.disaggregated import phases_apart, with_phases_apart
from planner.plan.explore import Explored
from tests.planner.conftest import SEVENTY, chat_request


def test_a_pair_of_pools_shares_machine_kind_and_cache_format(context: Context) -> None:
    found = phases_apart(
        chat_request(scope={"gpus": ["H200", "H100"]}), context, context.catalogs.models.find(SEVENTY).model
    )
    assert found is not None
    first, second = found.prefill, found.decode
    assert first.machine.instance_type == second.machine.instance_type
    assert first.replica.kv_format == second.replica.kv_format
    assert found.usd_per_hour == first.usd_per_hour + second.usd_per_hour
    assert min(p.replicas * p.rate_per_replica_per_s for p in (first, second)) >= 8.0
    assert found.transfer_s > 0


def test_no_pair_is_said_and_changes_nothing_else(context: Context, explored: Explored) -> None:
    assert isinstance(explored.answer, Plan)
    asked = chat_request(sla={"ttft_p95_s": 1e-4}, scope={"disaggregated": True})
    answer = with_phases_apart(explored.answer, asked, context)
    assert answer.disaggregated is None
    assert "no pair of pools" in answer.assumptions[-1]
    assert answer.cluster == explored.answer.cluster


def test_what_is_not_asked_for_is_not_looked_for(context: Context, explored: Explored) -> None:
    assert isinstance(explored.answer, Plan)
    assert with_phases_apart(explored.answer, chat_request(), context) is explored.answer
