"""Alternatives."""

from __future__ import annotations

from planner.answers import Plan
from planner.answers.plan import WhyNot
from planner.document.answers import Answers
from planner.document.record import Report
from planner.document.sections.alternatives import alternatives
from planner.document.sources import Cited
from tests.planner.document.sections.finding import column


def test_each_runner_up_says_why_it_lost(made: Report, small: Answers) -> None:
    assert isinstance(small.plan, Plan)
    why = column(made, "alternatives.runners_up.loses_on")
    assert [text.removesuffix("; not simulated") for text in why] == [r.loses_on for r in small.plan.runners_up]
    assert all(why)


def test_what_was_asked_about_is_answered(small: Answers) -> None:
    from dataclasses import replace

    assert isinstance(small.plan, Plan)
    said = WhyNot(what="L4", usd_per_hour=None, reason="too slow")
    plan = small.plan.model_copy(update={"why_not": [said]})
    keys = [block.key for block in alternatives(replace(small, plan=plan), Cited()).blocks]
    assert "alternatives.why_not" in keys
