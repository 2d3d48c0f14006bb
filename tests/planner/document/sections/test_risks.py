"""Risks."""

from __future__ import annotations

from planner.answers import Plan
from planner.document.answers import Answers
from planner.document.record import Report
from tests.planner.document.sections.finding import column


def test_each_kind_of_risk_has_a_finding_and_what_to_do(made: Report) -> None:
    assert column(made, "risks.others.risk") == [
        "price", "lead time and stock", "lock-in", "data residency", "quality",
    ]  # fmt: skip
    assert all(column(made, "risks.others.finding"))
    assert all(column(made, "risks.others.do"))


def test_figures_have_the_basis_and_interval_of_the_plan(made: Report, small: Answers) -> None:
    assert isinstance(small.plan, Plan)
    told = small.plan.cluster.latency
    assert column(made, "risks.figures.basis")[:3] == [told.ttft_s.basis, told.tpot_s.basis, told.e2e_s.basis]
    assert column(made, "risks.figures.high")[0] == told.ttft_s.high
