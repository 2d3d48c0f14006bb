from __future__ import annotations

from planner.fleet.answer import FleetInfeasible
from planner.fleet.plan import plan_fleet
from planner.fleet.request import parse_fleet
from planner.plan.context import Context
from tests.planner.fleet.conftest import BASE, CHAT


def test_an_impossible_budget_names_it_and_the_nearest(context: Context) -> None:
    answer = plan_fleet(parse_fleet(BASE | {"limits": {"max_usd_per_hour": 0.05}}), context)
    assert isinstance(answer, FleetInfeasible)
    assert "max_usd_per_hour" in answer.binding_limit
    assert answer.nearest[0].usd_per_hour is not None
    assert answer.nearest[0].usd_per_hour > 0.05


def test_more_machines_are_never_offered_for_a_latency_no_design_reaches(context: Context) -> None:
    data = {**BASE, "workloads": [{**CHAT, "sla": {"tpot_p95_s": 0.0001}}]}
    answer = plan_fleet(parse_fleet(data), context)
    assert isinstance(answer, FleetInfeasible)
    text = " ".join([answer.binding_limit, *(c.what + c.reason for c in answer.nearest)])
    assert "replica" not in text
    assert "tpot_p95_s" in text
