"""The decision on one page: what to sign, what it costs, how sure that is."""

from __future__ import annotations

from planner.answers import Cluster, Infeasible, Plan
from planner.document.answers import Answers
from planner.document.record import Cell, Fact, Facts, FigureTable, ReportBlock, Section, TableColumn, TextBlock
from planner.document.sections.ledger import prefix
from planner.document.sections.schedule import LICENCES, Schedule
from planner.document.sections.sensitivity import listed
from planner.document.sections.words import MONEY, basis_text, limit_name, machines_text, serving_text, way_of
from planner.document.sources import Cited
from planner.request.request import OWNED
from planner.tco.answer import SelfHost, TcoAnswer


def decision(a: Answers, months: list[Schedule], cited: Cited) -> Section:
    """Key figures first, then the limits, then what speaks for another choice."""
    assert isinstance(a.plan, Plan)
    c = a.plan.cluster
    blocks: list[ReportBlock] = [_figures(a, a.plan, months), *_limits(a.plan)]
    if a.tco is not None:
        blocks.append(
            TextBlock(
                key="decision.advice",
                title="Hosting or an API, whichever way of paying is the cheapest",
                items=a.tco.advice[:3],
            )
        )
    blocks.append(TextBlock(key="decision.watch", title="How sure it is", items=_watched(a.plan, a.tco)))
    blocks.append(TextBlock(key="decision.sign", title="To sign", items=_to_sign(c)))
    lead = f"{'Buy' if c.machine.provider == OWNED else 'Rent'} {machines_text(c)}: {serving_text(c)}."
    return Section(key="decision", title="Decision", lead=lead, blocks=blocks)


def no_decision(a: Answers, cited: Cited) -> Section:
    """What is in the way, what the nearest feasible request is, and what that costs."""
    plan = a.plan
    assert isinstance(plan, Infeasible)
    blocks: list[ReportBlock] = [
        TextBlock(key="decision.in_the_way", title="What is in the way", items=[plan.binding_limit]),
        TextBlock(
            key="decision.nearest_change", title="The nearest request that can be met", items=[plan.nearest_change]
        ),
    ]
    if plan.nearest is not None:
        blocks.append(_nearest(plan.nearest, cited))
    others = [f"with other formats: {c.text}" for c in plan.looser]
    others += [f"with another class of offers: {w.text}" for w in plan.wider]
    if others:
        blocks.append(TextBlock(key="decision.others", title="Other ways out", items=others))
    lead = "Nothing in scope meets the request. " + ("The nearest that does is priced below." if plan.nearest else "")
    return Section(key="decision", title="Decision: cannot be met as asked", lead=lead.strip(), blocks=blocks)


def _nearest(c: Cluster, cited: Cited) -> Facts:
    price = cited.cite(c.machine.price_source, c.machine.price_as_of)
    return Facts(
        key="decision.nearest", title="What the nearest feasible request costs",
        figures=[
            Fact(key="decision.machines", label="Machines", value=c.machine.count, unit="machines",
                 method="whole machines for the replicas of the nearest request"),
            Fact(key="decision.usd_per_hour_each", label="Price of one", value=c.machine.usd_per_hour_each,
                 unit="USD/hour", sources=price),
            Fact(key="decision.usd_per_hour", label="Cost an hour", value=c.cost.usd_per_hour, unit="USD/hour",
                 formula="decision.machines * decision.usd_per_hour_each"),
            Fact(key="decision.usd_per_month", label="Cost a month", value=c.cost.usd_per_month, unit="USD/month",
                 formula="decision.usd_per_hour * use_case.hours_per_month"),
        ],
        note=f"{machines_text(c)}; {serving_text(c)}",
    )  # fmt: skip


def cost_a_month(a: Answers) -> tuple[float, str]:
    """Dollars a month of what is decided, and their formula: rent and staff, all lines of what is bought; licences."""
    assert isinstance(a.plan, Plan)
    c, host = a.plan.cluster, host_of(a.plan.cluster, a.tco)
    licences = a.options.licences_usd_per_month
    told = "" if a.tco is None else f" + {LICENCES}"
    if host is None:
        return c.cost.usd_per_month + licences, f"decision.rent_usd_per_month{told}"
    w = prefix(host)
    if c.machine.provider == OWNED:
        return host.usd_per_month + licences, f"{w}.usd_per_month{told}"
    staff = next((line.usd_per_month for line in host.lines if line.name == "staff"), 0.0)
    return c.cost.usd_per_month + staff + licences, f"decision.rent_usd_per_month + {w}.line_staff{told}"


def host_of(c: Cluster, tco: TcoAnswer | None) -> SelfHost | None:
    """The way to host by which a cluster is paid."""
    return None if tco is None else next((h for h in tco.self_hosting if h.name == way_of(c)), None)


def _figures(a: Answers, plan: Plan, months: list[Schedule]) -> Facts:
    c = plan.cluster
    usd, formula = cost_a_month(a)
    risk = a.tco.self_hosted_risk if a.tco is not None else None
    first = Fact(
        key="decision.usd_per_month", label="Cost a month, all lines", value=usd, unit="USD/month", formula=formula,
        basis=f"as asked: {c.machine.commitment.replace('_', ' ')}; machines, staff and licences",
    )  # fmt: skip
    figures = [
        first,
        Fact(key="decision.usd_per_hour", label="Machines an hour", value=c.cost.usd_per_hour, unit="USD/hour",
             formula="bill.machines * bill.usd_per_hour_each"),
        Fact(key="decision.rent_usd_per_month", label="Machines a month", value=c.cost.usd_per_month,
             unit="USD/month", formula="decision.usd_per_hour * use_case.hours_per_month"),
    ]  # fmt: skip
    if risk is not None:
        range_of = "of draws over all ranges, the cheapest way to host in each"
        figures += [
            Fact(key="decision.hosting_low", label="Cheapest way to host, low end", value=risk.p10, unit="USD/month",
                 formula="sensitivity.hosting_p10", basis=f"P10 {range_of}"),
            Fact(key="decision.hosting_high", label="Cheapest way to host, high end", value=risk.p90, unit="USD/month",
                 formula="sensitivity.hosting_p90", basis=f"P90 {range_of}"),
        ]  # fmt: skip
    one = next((m for m in months if m.name == way_of(c)), None)
    if one is not None:
        label = f"Net present value over {len(one.table.rows)} months"
        figures.append(
            Fact(key="decision.npv", label=label, value=one.npv_usd, unit="USD", formula=f"{one.key}.npv")
        )  # fmt: skip
    figures.append(
        Fact(key="decision.usd_per_million", label="For a million tokens", unit="USD/million tokens",
             value=usd / _tokens(a) * 1e6,
             formula="decision.usd_per_month / (use_case.input_tokens_per_month + "
                     "use_case.output_tokens_per_month) * 1000000")
    )  # fmt: skip
    if a.tco is not None and a.tco.chance_that_hosting_is_cheaper is not None:
        figures.append(
            Fact(key="decision.chance", label="Draws in which hosting is cheaper than the API", unit="share",
                 value=a.tco.chance_that_hosting_is_cheaper, formula="sensitivity.chance", method=MONEY)
        )  # fmt: skip
    return Facts(key="decision.figures", figures=figures)


def _tokens(a: Answers) -> float:
    from planner.formulas.time import SECONDS_PER_MONTH

    return a.request.traffic.average_per_s * SECONDS_PER_MONTH * a.request.mean_tokens


def _limits(plan: Plan) -> list[FigureTable]:
    if not plan.sla:
        return []
    told = "as under performance"
    columns = [
        TableColumn(key="limit", label="Limit"), TableColumn(key="limit_s", label="At most", unit="s", method=told),
        TableColumn(key="figure_s", label="Expected", unit="s", method=told),
        TableColumn(key="headroom", label="Headroom", unit="share", formula="1 - figure_s / limit_s"),
    ]  # fmt: skip
    rows: list[list[Cell]] = []
    for m in plan.sla:
        figure = m.predicted_s if m.simulated_s is None else m.simulated_s
        rows.append([limit_name(m.key), m.limit_s, figure, m.headroom_share])
    how = "simulated" if plan.verification is not None else "predicted"
    note = f"{how.capitalize()}; at least {100 * plan.confidence:g} % of such deployments are as fast."
    return [FigureTable(key="decision.limits", title="Limits", columns=columns, rows=rows, note=note)]


def _watched(plan: Plan, tco: TcoAnswer | None) -> list[str]:
    """What the figures rest on, what moves the cost most, and the warnings of the plan."""
    basis = plan.cluster.latency.ttft_s.basis
    found = [f"latency is {basis}: {basis_text(basis)}", f"quality: {plan.cluster.quality.text}"]
    if tco is not None and tco.sensitivity:
        found.append(f"the cost moves most with {listed(tco.sensitivity[:3])}")
    return [*found, *plan.warnings]


def _to_sign(c: Cluster) -> list[str]:
    m = c.machine
    price = f"{m.usd_per_hour_each:,.2f} dollars an hour for each of {m.count}"
    return [
        f"{m.provider}: {m.count} x {m.instance_type}, {m.commitment.replace('_', ' ')}, {price} ({m.price_text})",
        "the acceptance test of this report with its limits",
    ]
