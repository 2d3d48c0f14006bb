"""The cash flow over the horizon: what is paid, what is left, and its value today."""

from __future__ import annotations

from planner.document.answers import Answers
from planner.document.record import (
    Cell,
    ChartSeries,
    Fact,
    Facts,
    FigureTable,
    ReportBlock,
    ReportChart,
    Section,
    TableColumn,
)
from planner.document.sections.schedule import CAPITAL, LICENCES, Schedule, bought_tokens, hosted
from planner.document.sections.words import STATED
from planner.document.sources import Cited
from planner.tco.answer import TcoAnswer
from planner.tco.tco import terms_of

PARTS = ("capex", "rent", "tokens", "hosting", "support", "staff", "licences")
# Sums further apart than this are told apart on a scale of powers only.
APART = 8.0
END = f"(1 + {CAPITAL})^(cash.months / 12)"


def schedules(a: Answers, tco: TcoAnswer) -> list[Schedule]:
    """All ways to host that run all month, and all APIs, month by month."""
    capital, licences = terms_of(a.request, a.terms)["capital_cost"].value, a.options.licences_usd_per_month
    found = [hosted(host, tco.horizon, capital, licences) for host in tco.self_hosting if host.cold_start is None]
    tokens = [row for row in tco.horizon.rows if row.kind == "API"]
    return [*found, *(bought_tokens(row.name, row.usd_by_month, capital) for row in tokens)]


def cash(a: Answers, tco: TcoAnswer, cited: Cited) -> Section:
    """One row a way: what it costs by kind over the horizon, and the net present value."""
    found = schedules(a, tco)
    blocks: list[ReportBlock] = [_terms(a, tco, cited), _overview(found), _present(found), _chart(found)]
    blocks += [one.table for one in found]
    months = tco.horizon.months
    least = min(found, key=lambda one: one.npv_usd)
    lead = f"Over {months} months {least.name} costs least: ${least.npv_usd:,.2f} in today's dollars."
    return Section(key="cash", title="Cash flow and net present value", lead=lead, blocks=blocks)


def _terms(a: Answers, tco: TcoAnswer, cited: Cited) -> Facts:
    term = terms_of(a.request, a.terms)["capital_cost"]
    return Facts(
        key="cash.terms",
        figures=[
            Fact(key="cash.months", label="Horizon", value=tco.horizon.months, unit="months", method=STATED),
            Fact(key=CAPITAL, label="Discount rate, a year: the cost of capital", value=term.value, unit="share",
                 sources=cited.cite(f"capital_cost: {term.source}", term.as_of)),
            Fact(key=LICENCES, label="Licences of software", value=a.options.licences_usd_per_month,
                 unit="USD/month", method="stated (--licences), none by default: the engines are free software"),
        ],
        note="A month is paid at its beginning; machines are bought when they are first needed and what they are worth "
             "after the last month is taken off, in a straight line down to the residual. Machines that outlive their "
             "life stay in use. JSON and XLSX hold every month of every way.",
    )  # fmt: skip


def _overview(found: list[Schedule]) -> FigureTable:
    """Sums over the months by kind of payment."""
    method = "sum of the months (JSON and XLSX hold them)"
    columns = [
        TableColumn(key="way", label="Way"),
        *(TableColumn(key=part, label=part.capitalize(), unit="USD", method=method) for part in PARTS),
        TableColumn(key="total", label="Paid", unit="USD", formula=" + ".join(PARTS)),
        TableColumn(key="residual", label="Worth at the end", unit="USD", method=method),
    ]
    rows: list[list[Cell]] = []
    for one in found:
        keys = [column.key for column in one.table.columns]
        sums = [_sum(one.table, keys.index(part)) if part in keys else 0.0 for part in PARTS]
        rows.append([one.name, *sums, one.usd, one.residual_usd])
    return FigureTable(key="cash.overview", title="Over the horizon", columns=columns, rows=rows)


def _sum(table: FigureTable, place: int) -> float:
    return sum(float(row[place] or 0.0) for row in table.rows)


def _present(found: list[Schedule]) -> Facts:
    figures = []
    for one in found:
        keys = [column.key for column in one.table.columns]
        left = f" - SUM({one.key}.residual) / {END}" if "residual" in keys else ""
        figures.append(
            Fact(key=f"{one.key}.npv", label=f"Net present value: {one.name}", value=one.npv_usd, unit="USD",
                 formula=f"SUM({one.key}.today){left}")
        )  # fmt: skip
    return Facts(key="cash.present", title="Net present value of the costs", figures=figures)


def _chart(found: list[Schedule]) -> ReportChart:
    months = [float(i + 1) for i in range(len(found[0].table.rows))]
    ends = "; ".join(f"{one.name} ${one.usd:,.0f}" for one in found)
    least, most = min(one.usd for one in found), max(one.usd for one in found)
    return ReportChart(
        key="cash.chart", title="Paid so far, by month", shape="lines", x_label="month", y_label="USD",
        log_y=least > 0 and most > APART * least,
        series=[ChartSeries(name=one.name, x=months, y=list(one.cumulative)) for one in found],
        alt=f"Dollars paid up to each of {len(months)} months. At the end: {ends}.",
        method="sums of the months, capex when it is paid, not discounted",
    )  # fmt: skip
