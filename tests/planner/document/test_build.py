"""Chapters of the document."""

from __future__ import annotations

from dataclasses import replace

from planner.answers import Plan
from planner.document.answers import Answers, FleetAnswers
from planner.document.build import asked, fleet_cost, fleet_report, offered, report
from planner.document.record import Report
from planner.fleet.answer import FleetPlan

CHAPTERS = [
    "decision", "use_case", "bill", "performance", "memory", "alternatives", "quantization", "energy", "money", "cash",
    "break_even", "sensitivity", "risks", "acceptance", "exclusions", "glossary",
]  # fmt: skip


def keys(report: Report) -> list[str]:
    return [section.key for section in report.sections]


def test_a_workload_has_all_chapters(made: Report, small: Answers) -> None:
    assert keys(made) == CHAPTERS
    assert isinstance(small.plan, Plan)
    assert made.offers == [offered(small.plan.cluster)]
    assert made.asked == asked(small)


def test_what_cannot_be_met_says_what_is_in_the_way_and_what_the_nearest_costs(
    never_made: Report, never: Answers
) -> None:
    assert never_made.status == "infeasible"
    assert keys(never_made) == ["decision", "use_case", "memory", "quantization", "exclusions", "glossary"]
    assert not isinstance(never.plan, Plan)
    assert never.plan.nearest is not None
    assert never_made.usd_per_month == never.plan.nearest.cost.usd_per_month


def test_a_fleet_has_its_chapters(fleet_made: Report, fleet: FleetAnswers) -> None:
    assert keys(fleet_made) == [
        "decision", "use_case", "bill", "alternatives", "money", "risks", "acceptance", "exclusions", "glossary",
    ]  # fmt: skip
    assert isinstance(fleet.fleet, FleetPlan)
    assert fleet_made.usd_per_month == fleet_cost(fleet) == fleet.fleet.usd_per_month


def test_the_same_answers_make_the_same_report(small: Answers, made: Report, fleet: FleetAnswers) -> None:
    assert report(small) == made
    assert fleet_report(fleet) == fleet_report(replace(fleet))
