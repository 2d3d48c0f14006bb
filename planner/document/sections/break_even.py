"""Break-even between hosting and APIs: in tokens, in utilization and in months."""

from __future__ import annotations

from planner.document.record import Cell, ChartSeries, FigureTable, Mark, ReportBlock, ReportChart, Section, TableColumn
from planner.document.sections.schedule import Schedule
from planner.document.sources import Cited
from planner.request.request import OWNED
from planner.tco.answer import TcoAnswer

SOLVED = "volume at which both cost the same, machines planned anew at every volume (docs/method.md)"
# A page has room for a few crossings of each API.
FEW = 4


def break_even(tco: TcoAnswer, months: list[Schedule], cited: Cited) -> Section:
    """Where hosting becomes the cheaper one, with the curve over volumes."""
    tokens = tco.tokens_in_per_month + tco.tokens_out_per_month
    columns = [
        TableColumn(key="api", label="Against"),
        TableColumn(key="tokens_per_month", label="Hosting stays cheaper from", unit="tokens/month", method=SOLVED),
        TableColumn(key="requests_per_s", label="That is", unit="requests/s", method=SOLVED),
        TableColumn(key="utilization", label="Of one unit's capacity", unit="share", method=SOLVED),
        TableColumn(key="asked", label="Volume asked over it", unit="factor",
                    formula="(use_case.input_tokens_per_month + use_case.output_tokens_per_month) / tokens_per_month"),
    ]  # fmt: skip
    rows: list[list[Cell]] = [
        [e.api, e.tokens_per_month, e.requests_per_s, e.utilization_of_one_unit,
         None if e.tokens_per_month is None else tokens / e.tokens_per_month]
        for e in tco.break_even
    ]  # fmt: skip
    table = FigureTable(
        key="break_even.volumes", title="In tokens and utilization", columns=columns, rows=rows,
        note="A dash where hosting never stays cheaper.",
    )  # fmt: skip
    blocks: list[ReportBlock] = [table, *_crossings(tco), *_months(months), _chart(tco, tokens)]
    return Section(key="break_even", title="Break-even", lead=_lead(tco, tokens), blocks=blocks)


def _lead(tco: TcoAnswer, tokens: float) -> str:
    told = [e for e in tco.break_even if e.tokens_per_month is not None]
    if not told:
        return "At no volume does hosting stay cheaper than the APIs compared."
    above = [e.api for e in told if tokens >= (e.tokens_per_month or 0.0)]
    return f"The volume asked, {tokens:,.0f} tokens a month, is above the break-even with " + (
        f"{', '.join(above)}." if above else "none of the APIs."
    )


def _crossings(tco: TcoAnswer) -> list[FigureTable]:
    """Volumes at which the cheaper one changes, where there is more than one."""
    rows: list[list[Cell]] = [
        [e.api, c.tokens_per_month, c.requests_per_s, c.cheaper_above, c.way]
        for e in tco.break_even if len(e.crossings) > 1 for c in e.crossings[:FEW]
    ]  # fmt: skip
    if not rows:
        return []
    columns = [
        TableColumn(key="api", label="Against"),
        TableColumn(key="tokens_per_month", label="At", unit="tokens/month", method=SOLVED),
        TableColumn(key="requests_per_s", label="That is", unit="requests/s", method=SOLVED),
        TableColumn(key="cheaper", label="Cheaper above"), TableColumn(key="way", label="Hosting by"),
    ]  # fmt: skip
    return [FigureTable(key="break_even.crossings", title="Where the cheaper one changes", columns=columns, rows=rows)]


def _months(found: list[Schedule]) -> list[FigureTable]:
    """When bought machines have paid for themselves, against each other way."""
    own = next((one for one in found if one.name == OWNED), None)
    others = [one for one in found if one is not own]
    if own is None or not others:
        return []
    columns = [
        TableColumn(key="against", label="Buying against"),
        TableColumn(key="months", label="Has paid for itself after", unit="months",
                    method="first month in which what was paid for bought machines is no more than for the other way"),
    ]  # fmt: skip
    rows: list[list[Cell]] = [[one.name, months_to_pay(own, one)] for one in others]
    note = f"Within the horizon of {len(own.table.rows)} months, without what the machines are worth; a dash where not."
    return [FigureTable(key="break_even.months", title="In months", columns=columns, rows=rows, note=note)]


def months_to_pay(own: Schedule, other: Schedule) -> int | None:
    """The first month in which buying has cost no more; None where the horizon has none."""
    pairs = zip(own.cumulative, other.cumulative, strict=True)
    return next((i for i, (mine, theirs) in enumerate(pairs, 1) if mine <= theirs), None)


def _chart(tco: TcoAnswer, tokens: float) -> ReportChart:
    curve = [point for point in tco.curve if tokens / 300.0 <= point.tokens_per_month <= tokens * 300.0]
    volumes = [point.tokens_per_month for point in curve]
    series = [ChartSeries(name="hosting", x=volumes, y=[point.self_hosted_usd for point in curve])]
    series += [ChartSeries(name=a.name, x=volumes, y=[point.api_usd[a.name] for point in curve]) for a in tco.apis]
    evens = "; ".join(f"{e.api} at {e.tokens_per_month:,.0f}" for e in tco.break_even if e.tokens_per_month is not None)
    return ReportChart(
        key="break_even.chart", title="Cost a month by volume", shape="lines", x_label="tokens a month",
        y_label="USD a month", log_x=True, log_y=True, series=series,
        marks=[Mark(label="asked", axis="x", value=tokens)],
        alt=f"Dollars a month of the cheapest hosting and of each API over tokens a month. Hosting stays cheaper from: "
            f"{evens or 'no volume'}.",
        method=SOLVED,
    )  # fmt: skip
