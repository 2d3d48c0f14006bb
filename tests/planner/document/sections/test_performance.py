"""Performance."""

from __future__ import annotations

from planner.answers import Plan
from planner.document.answers import Answers
from planner.document.record import Report, ReportChart
from planner.document.sections.performance import performance
from planner.document.sources import Cited
from tests.planner.document.sections.finding import column, value


def test_limits_headroom_and_simulation_are_those_of_the_plan(made: Report, small: Answers) -> None:
    assert isinstance(small.plan, Plan)
    assert small.plan.verification is not None
    assert column(made, "performance.sla.simulated_s") == [m.simulated_s for m in small.plan.sla]
    assert column(made, "performance.sla.headroom") == [m.headroom_share for m in small.plan.sla]
    assert value(made, "performance.simulated_requests") == small.plan.verification.requests
    assert column(made, "performance.latency.p95")[0] == small.plan.cluster.latency.ttft_s.p95


def test_the_chart_marks_the_rate_asked_and_the_limits(small: Answers) -> None:
    chart = performance(small, Cited()).blocks[-1]
    assert isinstance(chart, ReportChart)
    marks = {mark.label: mark.value for mark in chart.marks}
    assert marks["asked"] == small.request.traffic.peak_per_s
    assert marks["limit TTFT P95"] == 1.5
