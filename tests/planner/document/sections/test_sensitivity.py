"""Sensitivity."""

from __future__ import annotations

from planner.document.answers import Answers
from planner.document.record import Report, ReportChart
from tests.planner.document.sections.finding import column, value


def test_the_widest_bar_is_the_first(made: Report) -> None:
    chart = next(b for b in made.blocks() if isinstance(b, ReportChart) and b.key == "sensitivity.chart")
    low, high = (series.y for series in chart.series)
    widths = [abs((b or 0) - (a or 0)) for a, b in zip(low, high, strict=True)]
    assert widths == sorted(widths, reverse=True)
    assert column(made, "sensitivity.swings.input")[0] == chart.labels[0]


def test_percentiles_are_those_of_the_draws(made: Report, small: Answers) -> None:
    assert small.tco is not None
    risk = small.tco.self_hosted_risk
    found = [value(made, f"sensitivity.hosting_{name}") for name in ("p10", "p50", "p90")]
    assert found == [risk.p10, risk.p50, risk.p90]
