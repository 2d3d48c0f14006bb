"""What the answer is most sensitive to: a tornado, and percentiles over all ranges together."""

from __future__ import annotations

from planner.document.record import Cell, ChartSeries, Fact, Facts, FigureTable, ReportChart, Section, TableColumn
from planner.document.sources import Cited
from planner.tco.answer import Risk, Swing, TcoAnswer

RANGE = "range of the input: factors on the stated value, or its own values"
MOVED = "cost with this input at one end of its range, all others as stated (docs/method.md)"
DRAWN = "4,000 draws of all inputs at once, triangular over their ranges, the stated value the most likely"
BARS = 10


def sensitivity(tco: TcoAnswer, cited: Cited) -> Section:
    """The inputs by how far they move the result."""
    swings = [s for s in tco.sensitivity if s.usd_at_low != s.usd_at_high]
    less = "hosting less API" if tco.apis else "hosting"
    columns = [
        TableColumn(key="input", label="Input"),
        TableColumn(key="low", label="Low", method=RANGE),
        TableColumn(key="high", label="High", method=RANGE),
        TableColumn(key="usd_at_low", label="At low", unit="USD/month", method=f"{less}: {MOVED}"),
        TableColumn(key="usd_at_high", label="At high", unit="USD/month", method=f"{less}: {MOVED}"),
    ]  # fmt: skip
    rows: list[list[Cell]] = [[s.name.replace("_", " "), s.low, s.high, s.usd_at_low, s.usd_at_high] for s in swings]
    table = FigureTable(
        key="sensitivity.swings", title=f"Inputs, the widest first: {less}", columns=columns, rows=rows,
        note="Hosting is the cheapest way at each value; below zero it costs less than the API." if tco.apis else "",
    )  # fmt: skip
    lead = f"The result moves most with {listed(swings[:3])}." if swings else "No input has a range."
    blocks = [_chart(swings[:BARS], less, tco), table, _risk(tco)] if swings else [table, _risk(tco)]
    return Section(key="sensitivity", title="Sensitivity", lead=lead, blocks=blocks)


def listed(swings: list[Swing]) -> str:
    """The names of inputs, as a sentence has them."""
    names = [s.name.replace("_", " ") for s in swings]
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


def _chart(swings: list[Swing], less: str, tco: TcoAnswer) -> ReportChart:
    host = next((h for h in tco.self_hosting if not h.breaches), tco.self_hosting[0])
    against = tco.hybrid.api if tco.hybrid is not None else None
    api = next((api.usd_per_month for api in tco.apis if api.name == against), 0.0)
    told = "; ".join(f"{s.name.replace('_', ' ')} ${s.usd_at_low:,.0f} to ${s.usd_at_high:,.0f}" for s in swings[:4])
    return ReportChart(
        key="sensitivity.chart", title=f"Tornado: {less}, USD a month", shape="tornado", x_label="USD a month",
        labels=[s.name.replace("_", " ") for s in swings], middle=host.usd_per_month - api,
        series=[
            ChartSeries(name="at low", y=[s.usd_at_low for s in swings]),
            ChartSeries(name="at high", y=[s.usd_at_high for s in swings]),
        ],
        alt=f"Bars from the result at the low to that at the high end of each input: {told}.", method=MOVED,
    )  # fmt: skip


def _risk(tco: TcoAnswer) -> Facts:
    figures = [*_percentiles("hosting", "Hosting, the cheapest way in each draw", tco.self_hosted_risk)]
    if tco.api_risk is not None:
        named = tco.hybrid.api if tco.hybrid is not None else "the API"
        figures += _percentiles("api", named, tco.api_risk)
    if tco.chance_that_hosting_is_cheaper is not None:
        figures.append(
            Fact(key="sensitivity.chance", label="Draws in which hosting is cheaper",
                 value=tco.chance_that_hosting_is_cheaper, unit="share", method=DRAWN)
        )  # fmt: skip
    return Facts(key="sensitivity.risk", title="All ranges together", figures=figures)


def _percentiles(key: str, label: str, risk: Risk) -> list[Fact]:
    return [
        Fact(key=f"sensitivity.{key}_{name}", label=f"{label}: P{name[1:]}", value=value, unit="USD/month",
             method=DRAWN)
        for name, value in (("p10", risk.p10), ("p50", risk.p50), ("p90", risk.p90))
    ]  # fmt: skip
