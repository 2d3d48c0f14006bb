"""The alternatives, and what each lost on."""

from __future__ import annotations

from planner.answers import Plan, RunnerUp
from planner.document.answers import Answers
from planner.document.record import Block, Cell, Chart, Column, Section, Series, Table, Texts
from planner.document.sections.words import CLOSED_FORM
from planner.document.sources import Cited

PRICED = "price of the machines times their number; the sources of prices are beside the rows"
SEARCHED = "search over all designs, machines and replica counts in scope (docs/method.md)"


def alternatives(a: Answers, cited: Cited) -> Section:
    """Runners-up, looser limits, other offers, the front of dollars and latency, and what was asked about."""
    assert isinstance(a.plan, Plan)
    plan = a.plan
    blocks: list[Block] = [_runners(plan.runners_up, cited)] if plan.runners_up else []
    blocks += [*_looser(plan), *_wider(plan), *_front(plan)]
    if plan.why_not:
        said = [f"{w.what}: {w.reason}" for w in plan.why_not]
        blocks.append(Texts(key="alternatives.why_not", title="Asked about", items=said))
    if plan.disaggregated is not None:
        text = plan.disaggregated.against_both
        blocks.append(Texts(key="alternatives.phases", title="Prefill and decode apart", items=[text]))
    lead = f"{plan.candidates:,} candidates of {plan.designs:,} designs were compared; the cheapest that holds won."
    return Section(key="alternatives", title="Alternatives", lead=lead, blocks=blocks)


def _runners(found: list[RunnerUp], cited: Cited) -> Table:
    columns = [
        Column(key="machines", label="Machines"), Column(key="serving", label="Formats, cut"),
        Column(key="usd_per_hour", label="Cost", unit="USD/hour", method=PRICED),
        Column(key="ttft_p95_s", label="TTFT p95", unit="s", method=f"{CLOSED_FORM}, central"),
        Column(key="tpot_p95_s", label="TPOT p95", unit="s", method=f"{CLOSED_FORM}, central"),
        Column(key="loses_on", label="Why it lost"),
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
    return Table(
        key="alternatives.runners_up", title="Runners-up", columns=columns, rows=rows, row_sources=sources
    )  # fmt: skip


def _looser(plan: Plan) -> list[Table]:
    if not plan.looser:
        return []
    columns = [
        Column(key="formats", label="Weights/cache"), Column(key="gpu", label="GPU"),
        Column(key="usd_per_hour", label="Cost", unit="USD/hour", method=SEARCHED),
        Column(key="saves", label="Saves", unit="USD/hour", formula="decision.usd_per_hour - usd_per_hour"),
        Column(key="loss_pct", label="Loses", unit="%", method="pooled measurements of quality (docs/quality.md)"),
        Column(key="why", label="Why it lost"),
    ]  # fmt: skip
    rows: list[list[Cell]] = [
        [f"{c.weight_format}/{c.kv_format}", c.gpu, c.usd_per_hour, c.saves_usd_per_hour, c.quality.loss_pct,
         f"loses more quality than allowed: {c.quality.text}"]
        for c in plan.looser
    ]  # fmt: skip
    return [Table(key="alternatives.looser", title="With a looser limit on quality", columns=columns, rows=rows)]


def _wider(plan: Plan) -> list[Table]:
    if not plan.wider:
        return []
    columns = [
        Column(key="offer_class", label="Class of offers"), Column(key="machines", label="Machines"),
        Column(key="usd_per_hour", label="Cost", unit="USD/hour", method=SEARCHED),
        Column(key="price_as_of", label="Price of"), Column(key="why", label="Why it lost"),
    ]  # fmt: skip
    rows: list[list[Cell]] = [
        [w.offer_class, f"{w.gpus} x {w.gpu}, {w.instance_type} ({w.provider})", w.usd_per_hour, w.price_as_of,
         "this class of offers is not in scope"]
        for w in plan.wider
    ]  # fmt: skip
    return [Table(key="alternatives.wider", title="From other classes of offers", columns=columns, rows=rows)]


def _front(plan: Plan) -> list[Block]:
    if not plan.pareto:
        return []
    columns = [
        Column(key="machines", label="Machines"), Column(key="formats", label="Weights/cache, cut"),
        Column(key="replicas", label="Replicas", method=SEARCHED),
        Column(key="usd_per_hour", label="Cost", unit="USD/hour", method=PRICED),
        Column(key="e2e_p95_s", label="E2E p95", unit="s", method=f"{CLOSED_FORM}, central"),
    ]  # fmt: skip
    rows: list[list[Cell]] = [
        [f"{p.gpu}, {p.instance_type} ({p.provider}, {p.price_as_of})", f"{p.weight_format}/{p.kv_format}, {p.split}",
         p.replicas, p.usd_per_hour, p.e2e_p95_s]
        for p in plan.pareto
    ]  # fmt: skip
    points = Series(name="not beaten", x=[p.usd_per_hour for p in plan.pareto], y=[p.e2e_p95_s for p in plan.pareto])
    chosen = Series(name="chosen", x=[plan.cluster.cost.usd_per_hour], y=[plan.cluster.latency.e2e_s.p95])
    last = plan.pareto[-1]
    return [
        Table(key="alternatives.front", title="Not beaten in both dollars and latency", columns=columns, rows=rows),
        Chart(
            key="alternatives.pareto", title="Pareto front: dollars against latency", shape="points",
            x_label="USD an hour", y_label="p95 of a whole answer [s]", series=[points, chosen],
            alt=f"{len(plan.pareto)} clusters, from {plan.pareto[0].e2e_p95_s:.3g} s at "
                f"${plan.pareto[0].usd_per_hour:,.2f} an hour to {last.e2e_p95_s:.3g} s at "
                f"${last.usd_per_hour:,.2f}; the chosen one costs ${plan.cluster.cost.usd_per_hour:,.2f}.",
            method=f"{SEARCHED}; {CLOSED_FORM}, central",
        ),
    ]  # fmt: skip
