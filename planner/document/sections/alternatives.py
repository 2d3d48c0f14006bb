"""The alternatives, and what each lost on."""

from __future__ import annotations

from planner.answers import Plan, RunnerUp
from planner.document.answers import Answers
from planner.document.record import (
    Cell,
    ChartSeries,
    FigureTable,
    ReportBlock,
    ReportChart,
    Section,
    TableColumn,
    TextBlock,
)
from planner.document.sections.words import CLOSED_FORM
from planner.document.sources import Cited

PRICED = "price of the machines times their number; the sources of prices are beside the rows"
SEARCHED = "search over all designs, machines and replica counts in scope (docs/method.md)"


def alternatives(a: Answers, cited: Cited) -> Section:
    """Runners-up, looser limits, other offers, the front of dollars and latency, and what was asked about."""
    assert isinstance(a.plan, Plan)
    plan = a.plan
    blocks: list[ReportBlock] = [_runners(plan.runners_up, cited)] if plan.runners_up else []
    blocks += [*_looser(plan), *_wider(plan), *_front(plan)]
    if plan.why_not:
        said = [f"{w.what}: {w.reason}" for w in plan.why_not]
        blocks.append(TextBlock(key="alternatives.why_not", title="Asked about", items=said))
    if plan.disaggregated is not None:
        text = plan.disaggregated.against_both
        blocks.append(TextBlock(key="alternatives.phases", title="Prefill and decode apart", items=[text]))
    lead = f"{plan.candidates:,} candidates of {plan.designs:,} designs were compared; the cheapest that holds won."
    return Section(key="alternatives", title="Alternatives", lead=lead, blocks=blocks)


def _runners(found: list[RunnerUp], cited: Cited) -> FigureTable:
    columns = [
        TableColumn(key="machines", label="Machines"), TableColumn(key="serving", label="Formats, cut"),
        TableColumn(key="usd_per_hour", label="Cost", unit="USD/hour", method=PRICED),
        TableColumn(key="ttft_p95_s", label="TTFT p95", unit="s", method=f"{CLOSED_FORM}, central"),
        TableColumn(key="tpot_p95_s", label="TPOT p95", unit="s", method=f"{CLOSED_FORM}, central"),
        TableColumn(key="loses_on", label="Why it lost"),
    ]  # fmt: skip
    rows: list[list[Cell]] = []
    for r in found:
        m, p, t = r.cluster.machine, r.cluster.replica, r.cluster.latency
        rows.append([
            f"{m.count} x {m.instance_type} ({m.provider}), {r.cluster.gpus} x {m.gpu}",
            f"{p.weight_format}/{p.kv_format}, {p.split_text}", r.cluster.cost.usd_per_hour, t.ttft_s.p95,
            t.tpot_s.p95, r.loses_on + ("" if r.simulated else "; not simulated"),
        ])  # fmt: skip
    sources = [cited.cite(r.cluster.machine.price_source, r.cluster.machine.price_as_of) for r in found]
    return FigureTable(
        key="alternatives.runners_up", title="Runners-up", columns=columns, rows=rows, row_sources=sources
    )  # fmt: skip


def _looser(plan: Plan) -> list[FigureTable]:
    if not plan.looser:
        return []
    columns = [
        TableColumn(key="formats", label="Weights/cache"), TableColumn(key="gpu", label="GPU"),
        TableColumn(key="usd_per_hour", label="Cost", unit="USD/hour", method=SEARCHED),
        TableColumn(key="saves", label="Saves", unit="USD/hour", formula="decision.usd_per_hour - usd_per_hour"),
        TableColumn(key="loss_pct", label="Loses", unit="%", method="pooled measurements of quality (docs/quality.md)"),
        TableColumn(key="why", label="Why it lost"),
    ]  # fmt: skip
    rows: list[list[Cell]] = [
        [f"{c.weight_format}/{c.kv_format}", c.gpu, c.usd_per_hour, c.saves_usd_per_hour, c.quality.loss_pct,
         f"loses more quality than allowed: {c.quality.text}"]
        for c in plan.looser
    ]  # fmt: skip
    return [FigureTable(key="alternatives.looser", title="With a looser limit on quality", columns=columns, rows=rows)]


def _wider(plan: Plan) -> list[FigureTable]:
    if not plan.wider:
        return []
    columns = [
        TableColumn(key="offer_class", label="Class of offers"), TableColumn(key="machines", label="Machines"),
        TableColumn(key="usd_per_hour", label="Cost", unit="USD/hour", method=SEARCHED),
        TableColumn(key="price_as_of", label="Price of"), TableColumn(key="why", label="Why it lost"),
    ]  # fmt: skip
    rows: list[list[Cell]] = [
        [w.offer_class, f"{w.gpus} x {w.gpu}, {w.instance_type} ({w.provider})", w.usd_per_hour, w.price_as_of,
         "this class of offers is not in scope"]
        for w in plan.wider
    ]  # fmt: skip
    return [FigureTable(key="alternatives.wider", title="From other classes of offers", columns=columns, rows=rows)]


def _front(plan: Plan) -> list[ReportBlock]:
    if not plan.pareto:
        return []
    columns = [
        TableColumn(key="machines", label="Machines"), TableColumn(key="formats", label="Weights/cache, cut"),
        TableColumn(key="replicas", label="Replicas", method=SEARCHED),
        TableColumn(key="usd_per_hour", label="Cost", unit="USD/hour", method=PRICED),
        TableColumn(key="e2e_p95_s", label="E2E p95", unit="s", method=f"{CLOSED_FORM}, central"),
    ]  # fmt: skip
    rows: list[list[Cell]] = [
        [f"{p.gpu}, {p.instance_type} ({p.provider}, {p.price_as_of})", f"{p.weight_format}/{p.kv_format}, {p.split}",
         p.replicas, p.usd_per_hour, p.e2e_p95_s]
        for p in plan.pareto
    ]  # fmt: skip
    points = ChartSeries(
        name="not beaten", x=[p.usd_per_hour for p in plan.pareto], y=[p.e2e_p95_s for p in plan.pareto]
    )
    chosen = ChartSeries(name="chosen", x=[plan.cluster.cost.usd_per_hour], y=[plan.cluster.latency.e2e_s.p95])
    last = plan.pareto[-1]
    return [
        FigureTable(key="alternatives.front", title="Not beaten in both dollars and latency", columns=columns,
                    rows=rows),
        ReportChart(
            key="alternatives.pareto", title="Pareto front: dollars against latency", shape="points",
            x_label="USD an hour", y_label="p95 of a whole answer [s]", series=[points, chosen],
            alt=f"{len(plan.pareto)} clusters, from {plan.pareto[0].e2e_p95_s:.3g} s at "
                f"${plan.pareto[0].usd_per_hour:,.2f} an hour to {last.e2e_p95_s:.3g} s at "
                f"${last.usd_per_hour:,.2f}; the chosen one costs ${plan.cluster.cost.usd_per_hour:,.2f}.",
            method=f"{SEARCHED}; {CLOSED_FORM}, central",
        ),
    ]  # fmt: skip
