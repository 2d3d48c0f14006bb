"""The decision."""

from __future__ import annotations

from dataclasses import replace

import pytest

from planner.answers import Plan
from planner.document.answers import Answers
from planner.document.record import Report
from planner.document.sections.decision import cost_a_month, decision, host_of, no_decision
from planner.document.sources import Cited
from tests.planner.document.sections.finding import texts, value


def test_the_cost_is_rent_staff_and_licences(made: Report, small: Answers) -> None:
    assert isinstance(small.plan, Plan)
    host = host_of(small.plan.cluster, small.tco)
    assert host is not None
    staff = next(line.usd_per_month for line in host.lines if line.name == "staff")
    wanted = small.plan.cluster.cost.usd_per_month + staff + 100.0
    assert made.usd_per_month == value(made, "decision.usd_per_month") == pytest.approx(wanted)


def test_what_is_bought_costs_all_its_lines(small: Answers) -> None:
    assert isinstance(small.plan, Plan)
    c = small.plan.cluster
    bought = c.model_copy(update={"machine": c.machine.model_copy(update={"provider": "owned", "gpus": 8})})
    again = replace(small, plan=small.plan.model_copy(update={"cluster": bought}))
    host = host_of(bought, small.tco)
    assert host is not None
    assert host.name == "owned"
    assert cost_a_month(again) == (
        host.usd_per_month + 100.0,
        "money.owned.usd_per_month + cash.licences_usd_per_month",
    )
    assert decision(again, [], Cited()).lead.startswith("Buy ")


def test_what_is_in_the_way_and_the_nearest_request_are_told(never: Answers, never_made: Report) -> None:
    assert not isinstance(never.plan, Plan)
    assert texts(never_made, "decision.in_the_way") == [never.plan.binding_limit]
    assert texts(never_made, "decision.nearest_change") == [never.plan.nearest_change]
    alone = replace(never, plan=never.plan.model_copy(update={"nearest": None}))
    assert "decision.nearest" not in [block.key for block in no_decision(alone, Cited()).blocks]
