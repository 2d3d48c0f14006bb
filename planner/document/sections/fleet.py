"""A fleet: the decision, its workloads, what is bought, its alternatives and its power."""

from __future__ import annotations

import shlex

from planner.document.answers import FleetAnswers
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
    TextBlock,
)
from planner.document.sections.acceptance import bench_command
from planner.document.sections.words import STATED, limit_name, way_key
from planner.document.sources import Cited
from planner.fleet.answer import Choice, FleetInfeasible, FleetPlan, Pool, Stress
from planner.formulas.time import HOURS_PER_MONTH
from planner.words import counted

SOLVED = "integer program over all purchases (docs/method.md), prices by the sources of the pools"
PROVED = "distance to the best bound of the integer program"


def fleet_decision(a: FleetAnswers, cited: Cited) -> Section:
    """What the fleet costs, and how near it is to the best possible."""
    f = a.fleet
    assert isinstance(f, FleetPlan)
    licences = a.options.licences_usd_per_month
    figures = [
        Fact(key="decision.usd_per_month", label="Cost a month", value=f.usd_per_month + licences, unit="USD/month",
             formula="decision.usd_per_hour * decision.hours_per_month + decision.licences_usd_per_month"),
        Fact(key="decision.usd_per_hour", label="Cost an hour, mean of the day", value=f.usd_per_hour,
             unit="USD/hour", formula="SUM(bill.pools.usd_per_hour)"),
        Fact(key="decision.usd_low", label="Range, low: the bound of the search", unit="USD/month",
             value=f.usd_per_month * (1.0 - f.gap) + licences, method="cost x (1 - gap)"),
        Fact(key="decision.gap", label="At most so far from the cheapest possible", value=f.gap, unit="share",
             method=PROVED),
        Fact(key="decision.gpus", label="Accelerators in the busiest period", value=f.gpus, unit="accelerators",
             method=SOLVED),
        Fact(key="decision.power_kw", label="Power in the busiest period", value=f.power_kw, unit="kW",
             method="power of the accelerators by their TDP (docs/method.md)"),
    ]  # fmt: skip
    terms = [
        *_stress(f.stress),
        Fact(key="decision.hours_per_month", label="Hours of a month", value=HOURS_PER_MONTH, unit="hours",
             method="365.25 x 24 / 12"),
        Fact(key="decision.licences_usd_per_month", label="Licences of software", value=licences, unit="USD/month",
             method="stated (--licences), none by default"),
    ]  # fmt: skip
    blocks: list[ReportBlock] = [Facts(key="decision.figures", figures=figures)]
    sign = [f"{_machines(p)} x {_pool_text(p)}: {_price(p)}, {p.price_as_of}" for p in f.pools]
    blocks.append(TextBlock(key="decision.sign", title="To sign", items=sign))
    blocks.append(Facts(key="decision.terms", title="Under more load, and what is counted with", figures=terms))
    counts = f"{counted(len(f.pools), 'pool')} of machines for {counted(len(a.request.workloads), 'workload')}"
    lead = f"{counts}; {f.checked_by}."
    return Section(key="decision", title="Decision", lead=lead, blocks=blocks)


def _stress(s: Stress) -> list[Fact]:
    """How far the fleet holds, and what more load costs."""
    times = f"at {s.load_times:g} times the load"
    found = [Fact(key="decision.holds_times", label="Load that the fleet serves, as a multiple of the asked",
                  value=s.holds_times, unit="x", method="linear program over the shares of its units")]  # fmt: skip
    costs = (
        ("extended", f"Cost an hour {times}, machines added", s.extended_usd_per_hour),
        ("replanned", f"Cost an hour {times}, planned anew", s.replanned_usd_per_hour),
    )
    for key, label, usd in costs:
        if usd is not None:
            found.append(Fact(key=f"decision.{key}_usd_per_hour", label=label, value=usd, unit="USD/hour",
                              method=SOLVED))  # fmt: skip
    return found


def no_fleet(a: FleetAnswers, cited: Cited) -> Section:
    """What is in the way of a fleet, and the nearest that would do with what it costs."""
    f = a.fleet
    assert isinstance(f, FleetInfeasible)
    blocks: list[ReportBlock] = [
        TextBlock(key="decision.in_the_way", title="What is in the way", items=[f.binding_limit])
    ]
    if f.nearest:
        blocks.append(_choices("decision.nearest", "The nearest that can be met", f.nearest))
    return Section(key="decision", title="Decision: cannot be met as asked", lead="No fleet is within the limits.",
                   blocks=blocks)  # fmt: skip


def fleet_use_case(a: FleetAnswers, cited: Cited) -> Section:
    """Each workload with its traffic and its limits."""
    columns = [
        TableColumn(key="name", label="Workload"), TableColumn(key="model", label="Model"),
        TableColumn(key="rate", label="Peak", unit="requests/s", method=STATED),
        TableColumn(key="input", label="Input", unit="tokens", method=STATED),
        TableColumn(key="output", label="Output", unit="tokens", method=STATED),
        TableColumn(key="sla", label="Limits"),
    ]  # fmt: skip
    rows: list[list[Cell]] = []
    for w in a.request.workloads:
        limits = "; ".join(f"{limit_name(key)} {value:g} s" for key, value in w.sla.items()) or "none"
        rows.append([
            w.name, w.model, w.traffic.peak_per_s, w.input_tokens.average, w.output_tokens.average, limits,
        ])  # fmt: skip
    blocks: list[ReportBlock] = [FigureTable(key="use_case.workloads", columns=columns, rows=rows)]
    blocks.append(TextBlock(key="use_case.assumed", title="Stated and assumed", items=a.fleet.assumptions))
    return Section(key="use_case", title="Use case", lead="What the fleet must serve.", blocks=blocks)


def fleet_bill(f: FleetPlan, cited: Cited) -> Section:
    """The pools: machines, price, what they serve, at what utilization and quality."""
    columns = [
        TableColumn(key="number", label="Pool"),
        TableColumn(key="machines", label="Machines"), TableColumn(key="serving", label="Serving"),
        TableColumn(key="units", label="Units at most", method=SOLVED),
        TableColumn(key="usd_per_hour_each", label="Each", unit="USD/hour", method="price list"),
        TableColumn(key="usd_per_hour", label="Mean of the day", unit="USD/hour", method=SOLVED),
        TableColumn(key="utilization", label="Utilization", unit="share", method=SOLVED),
        TableColumn(key="loss_pct", label="Loses", unit="%", method="pooled measurements of quality (docs/quality.md)"),
        TableColumn(key="age_days", label="Price age", unit="days", method="to the day of this report"),
    ]  # fmt: skip
    rows: list[list[Cell]] = [
        [number, _pool_text(p), _serving(p), max(p.units_by_period), p.usd_per_hour_each, p.usd_per_hour,
         p.utilization, p.quality.loss_pct, p.price_age_days]
        for number, p in enumerate(f.pools, 1)
    ]  # fmt: skip
    sources = [cited.cite(p.price_source, p.price_as_of) for p in f.pools]
    table = FigureTable(key="bill.pools", title="Pools", columns=columns, rows=rows, row_sources=sources)
    return Section(key="bill", title="Bill of materials", lead=f"{f.gpus} accelerators.", blocks=[table, _hours(f)])


def _pool_text(p: Pool) -> str:
    return f"{p.instance_type} ({p.provider}, {p.commitment.replace('_', ' ')}), {p.gpus_per_machine} x {p.gpu}"


def _machines(p: Pool) -> str:
    """How many machines at once: at least and at most over the day, where that differs."""
    counts = [units * p.machines_per_unit for units in p.units_by_period]
    return f"{max(counts)}" if min(counts) == max(counts) else f"{min(counts)} to {max(counts)}"


def _price(p: Pool) -> str:
    return f"${p.usd_per_hour_each / p.machines_per_unit:,.2f} an hour each"


def _serving(p: Pool) -> str:
    return f"{p.model}, {p.weight_format}/{p.kv_format}, {p.split_text}: {p.serves_text}"


def _hours(f: FleetPlan) -> FigureTable:
    """Units of each pool by hours that are planned alike."""
    columns = [TableColumn(key="pool", label="Pool")]
    for i, period in enumerate(f.periods):
        columns.append(TableColumn(key=f"p{i}", label=_hours_text(period.hours), method=SOLVED))
    rows: list[list[Cell]] = [
        [f"{p.instance_type} ({p.provider}), {p.weight_format}", *p.units_by_period] for p in f.pools
    ]
    return FigureTable(key="bill.hours", title="Units by hours of the day", columns=columns, rows=rows)


def _hours_text(hours: list[int]) -> str:
    """Hours as ranges.

    >>> _hours_text([0, 1, 2, 23])
    'hours 0-2, 23'
    """
    parts: list[list[int]] = []
    for hour in hours:
        if parts and hour == parts[-1][-1] + 1:
            parts[-1].append(hour)
        else:
            parts.append([hour])
    return "hours " + ", ".join(f"{p[0]}-{p[-1]}" if len(p) > 1 else f"{p[0]}" for p in parts)


def fleet_alternatives(f: FleetPlan, cited: Cited) -> Section:
    """Other fleets on the front of dollars and power, what was asked about, and what binds."""
    blocks: list[ReportBlock] = []
    if f.front:
        blocks += [_choices("alternatives.front", "Dollars against power", f.front), _front_chart(f)]
    if f.why_not:
        blocks.append(_choices("alternatives.why_not", "Asked about", f.why_not))
    if f.binding:
        columns = [
            TableColumn(key="limit", label="Limit"), TableColumn(key="value", label="At", method=STATED),
            TableColumn(key="saves", label="One more unit saves", unit="USD/hour", method=SOLVED),
        ]  # fmt: skip
        rows: list[list[Cell]] = [[b.limit, b.value, b.saves_usd_per_hour] for b in f.binding]
        blocks.append(FigureTable(key="alternatives.binding", title="Limits that bind", columns=columns, rows=rows))
    lead = f"{f.purchases:,} kinds of purchase were compared."
    return Section(key="alternatives", title="Alternatives", lead=lead, blocks=blocks)


def _choices(key: str, title: str, found: list[Choice]) -> FigureTable:
    columns = [
        TableColumn(key="what", label="Fleet"),
        TableColumn(key="usd_per_hour", label="Cost", unit="USD/hour", method=SOLVED),
        TableColumn(key="power_kw", label="Power", unit="kW", method=SOLVED),
        TableColumn(key="reason", label="Why, or why not"),
    ]  # fmt: skip
    rows: list[list[Cell]] = [[c.what, c.usd_per_hour, c.power_kw, c.reason] for c in found]
    return FigureTable(key=key, title=title, columns=columns, rows=rows)


def _front_chart(f: FleetPlan) -> ReportChart:
    known = [(c.power_kw, c.usd_per_hour) for c in f.front if c.power_kw is not None and c.usd_per_hour is not None]
    told = "; ".join(f"{kw:.3g} kW at ${usd:,.2f} an hour" for kw, usd in known)
    return ReportChart(
        key="alternatives.chart", title="Dollars against power", shape="points", x_label="kW", y_label="USD an hour",
        series=[ChartSeries(name="fleets", x=[kw for kw, _ in known], y=[usd for _, usd in known])],
        alt=f"Fleets that no other beats in both power and dollars: {told}.", method=SOLVED,
    )  # fmt: skip


def fleet_money(a: FleetAnswers, f: FleetPlan, cited: Cited) -> Section:
    """What each pool costs a month and over three years at the prices of today."""
    columns = [
        TableColumn(key="pool", label="Pool"),
        TableColumn(key="usd_per_hour", label="Mean of the day", unit="USD/hour", method=SOLVED),
        TableColumn(key="usd_per_month", label="Cost", unit="USD/month",
                    formula="usd_per_hour * decision.hours_per_month"),
        TableColumn(key="share", label="Of the whole", unit="share",
                    formula="usd_per_hour / decision.usd_per_hour" if f.usd_per_hour else "",
                    method="" if f.usd_per_hour else "none of nothing"),
    ]  # fmt: skip
    rows: list[list[Cell]] = [
        [
            _pool_text(p),
            p.usd_per_hour,
            p.usd_per_hour * HOURS_PER_MONTH,
            p.usd_per_hour / f.usd_per_hour if f.usd_per_hour else 0.0,
        ]
        for p in f.pools
    ]
    table = FigureTable(key="money.pools", title="By pool", columns=columns, rows=rows)
    year = Fact(
        key="money.usd_per_year", label="Cost of a year", value=a_year(a, f), unit="USD/year",
        formula="decision.usd_per_month * 12",
    )  # fmt: skip
    blocks: list[ReportBlock] = [table, Facts(key="money.years", figures=[year])]
    kinds: dict[str, float] = {}
    for p in f.pools:
        kinds[p.commitment] = kinds.get(p.commitment, 0.0) + p.usd_per_hour
    told = ", ".join(f"{name.replace('_', ' ')} ${usd:,.2f}" for name, usd in sorted(kinds.items()))
    return Section(key="money", title="Cost a month", lead=f"By commitment, an hour: {told}.", blocks=blocks)


def a_year(a: FleetAnswers, f: FleetPlan) -> float:
    """Dollars a year, licences included."""
    return 12.0 * (f.usd_per_month + a.options.licences_usd_per_month)


def fleet_risks(f: FleetPlan, cited: Cited) -> Section:
    """Warnings of the plan, and how sure the quality of each pool is."""
    columns = [
        TableColumn(key="pool", label="Pool"), TableColumn(key="price", label="Price"),
        TableColumn(key="region", label="Region"), TableColumn(key="quality", label="Quality"),
    ]  # fmt: skip
    rows: list[list[Cell]] = []
    for p in f.pools:
        age = "" if p.price_age_days is None else f", {p.price_age_days} days old"
        rows.append([_pool_text(p), f"{p.price_as_of}{age}, {p.offer_class}", p.region, p.quality.text])
    blocks: list[ReportBlock] = [FigureTable(key="risks.pools", title="By pool", columns=columns, rows=rows)]
    if f.warnings:
        blocks.insert(0, TextBlock(key="risks.warnings", title="Warnings of the plan", items=f.warnings))
    lead = "Lead times are in no source; spot machines may be taken away, which the plan allows for."
    return Section(key="risks", title="Risks", lead=lead, blocks=blocks)


def fleet_acceptance(a: FleetAnswers, f: FleetPlan, cited: Cited) -> Section:
    """How a replica of each pool is started, then one benchmark a workload, with its limits."""
    blocks: list[ReportBlock] = _starts(f)
    for w in a.request.workloads:
        lines = bench_command(w.model, a.request.alone(w))
        limits = [f"# passes where {limit_name(key)} is at most {value:g} s" for key, value in w.sla.items()]
        key = f"acceptance.{way_key(w.name)}"
        title = f"Workload {shlex.quote(w.name)}"
        blocks.append(TextBlock(key=key, title=title, style="code", items=[*lines, *limits]))
    lead = "Run all benchmarks at once, each against the address of its workload."
    return Section(key="acceptance", title="Acceptance test", lead=lead, blocks=blocks)


def _starts(f: FleetPlan) -> list[ReportBlock]:
    return [
        TextBlock(
            key=f"acceptance.start.{i}", title=f"Start a replica of pool {i}: {_pool_text(p)}", style="code",
            items=p.start,
        )
        for i, p in enumerate(f.pools, 1)
    ]  # fmt: skip
