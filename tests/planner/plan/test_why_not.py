from __future__ import annotations

from planner.answers import Plan
from planner.plan.context import Context
from planner.plan.explore import Explored
from planner.plan.why_not import why_not


def test_what_was_not_chosen_costs_more_or_has_a_reason(context: Context, explored: Explored) -> None:
    assert isinstance(explored.answer, Plan)
    best = explored.answer.cluster
    dearer = why_not(explored.answer, explored.request, context, "A100 SXM 80GB")
    assert dearer.usd_per_hour is not None
    assert dearer.usd_per_hour >= best.cost.usd_per_hour
    assert "more: " in dearer.reason
    chosen = why_not(explored.answer, explored.request, context, best.machine.gpu)
    assert chosen.reason.startswith("as cheap: ")
    unknown = why_not(explored.answer, explored.request, context, "H999")
    assert unknown.usd_per_hour is None
    assert "H999" in unknown.reason
