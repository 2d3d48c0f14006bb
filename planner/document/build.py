"""The document from its answers: chapters in the order in which a committee reads them."""

from __future__ import annotations

from planner.answers import Cluster, Infeasible, Plan
from planner.document.answers import Answers, FleetAnswers
from planner.document.record import PaidOffer, Report, ReportInput, Section
from planner.document.sections.acceptance import acceptance
from planner.document.sections.alternatives import alternatives
from planner.document.sections.bill import Bought, bill
from planner.document.sections.break_even import break_even
from planner.document.sections.cash import cash, schedules
from planner.document.sections.decision import cost_a_month, decision, host_of, no_decision
from planner.document.sections.energy import energy
from planner.document.sections.exclusions import exclusions
from planner.document.sections.fleet import (
    fleet_acceptance,
    fleet_alternatives,
    fleet_bill,
    fleet_decision,
    fleet_money,
    fleet_risks,
    fleet_use_case,
    no_fleet,
)
from planner.document.sections.glossary import glossary
from planner.document.sections.memory import memory
from planner.document.sections.money import money
from planner.document.sections.performance import performance
from planner.document.sections.quantization import quantization
from planner.document.sections.risks import risks
from planner.document.sections.sensitivity import sensitivity
from planner.document.sections.use_case import use_case
from planner.document.sources import Cited
from planner.document.stamps import asked_for, stamps
from planner.fleet.answer import FleetPlan
from planner.version import __version__

TITLE = "Capacity plan for {what}"


def report(a: Answers) -> Report:
    """The document of one workload."""
    cited = Cited()
    sections = _feasible(a, cited) if isinstance(a.plan, Plan) else _infeasible(a, cited)
    usd = cost_a_month(a)[0] if isinstance(a.plan, Plan) else None
    if isinstance(a.plan, Infeasible) and a.plan.nearest is not None:
        usd = a.plan.nearest.cost.usd_per_month
    used = a.plan.cluster if isinstance(a.plan, Plan) else a.plan.nearest
    model = a.request.model or (used.replica.model if used is not None else None)
    return Report(
        status="feasible" if isinstance(a.plan, Plan) else "infeasible", kind="workload", version=__version__,
        title=a.options.stated()["title"] or TITLE.format(what=model or "a quality floor"), as_of=a.as_of.isoformat(),
        usd_per_month=usd, asked=asked(a), stamps=stamps(a.catalogs, a.coefficients, [model] if model else []),
        offers=[] if used is None else [offered(used)], compared=a.compared, sections=sections, sources=cited.all(),
    )  # fmt: skip


def asked(a: Answers) -> ReportInput:
    """The input as it was read."""
    terms = a.terms.model_dump(mode="json", exclude_unset=True)
    return asked_for(a.stated.model_dump(mode="json", exclude_unset=True), terms, a.options.stated())


def offered(c: Cluster) -> PaidOffer:
    """The price that a cluster is rented at."""
    m = c.machine
    return PaidOffer(
        provider=m.provider, instance_type=m.instance_type, region=m.region, commitment=m.commitment,
        machines=float(m.count), usd_per_hour_each=m.usd_per_hour_each,
    )  # fmt: skip


def _feasible(a: Answers, cited: Cited) -> list[Section]:
    assert isinstance(a.plan, Plan)
    c, tco = a.plan.cluster, a.tco
    months = [] if tco is None else schedules(a, tco)
    host = host_of(c, tco)
    drawn = a.plan.energy or (host.energy if host is not None else None)
    found = [decision(a, months, cited), use_case(a, cited), bill(c, a.catalogs, cited), performance(a, cited)]
    found += [memory(c, cited), alternatives(a, cited)]
    found += [] if a.quant is None else [quantization(a.quant, cited)]
    found += [] if drawn is None else [energy(drawn, Bought.of(c, a.catalogs).reference, cited)]
    if tco is not None:
        found += [money(a, tco, cited), cash(a, tco, cited)]
        found += [break_even(tco, months, cited)] if tco.apis else []
        found += [sensitivity(tco, cited)]
    found += [risks(a, cited), acceptance(a, cited), exclusions([] if tco is None else tco.assumptions, cited)]
    return [*found, glossary()]


def _infeasible(a: Answers, cited: Cited) -> list[Section]:
    assert isinstance(a.plan, Infeasible)
    found = [no_decision(a, cited), use_case(a, cited)]
    if a.plan.nearest is not None:
        found.append(memory(a.plan.nearest, cited))
    found += [] if a.quant is None else [quantization(a.quant, cited)]
    return [*found, exclusions([], cited), glossary()]


def fleet_report(a: FleetAnswers) -> Report:
    """The document of a fleet."""
    cited, f = Cited(), a.fleet
    models = list(dict.fromkeys(w.model for w in a.request.workloads))
    request = a.stated.model_dump(mode="json", exclude_unset=True)
    feasible = isinstance(f, FleetPlan)
    return Report(
        status="feasible" if feasible else "infeasible", kind="fleet", version=__version__,
        title=a.options.stated()["title"] or TITLE.format(what=f"a fleet of {len(a.request.workloads)} workloads"),
        as_of=a.as_of.isoformat(), usd_per_month=fleet_cost(a), asked=asked_for(request, None, a.options.stated()),
        stamps=stamps(a.catalogs, a.coefficients, models), offers=_pools(f) if isinstance(f, FleetPlan) else [],
        compared=a.compared, sections=_of_fleet(a, cited), sources=cited.all(),
    )  # fmt: skip


def fleet_cost(a: FleetAnswers) -> float | None:
    """Dollars a month; of the cheapest nearest fleet where none is within the limits, None where there is none."""
    f = a.fleet
    if isinstance(f, FleetPlan):
        return f.usd_per_month + a.options.licences_usd_per_month
    from planner.formulas.time import HOURS_PER_MONTH

    known = [c.usd_per_hour for c in f.nearest if c.usd_per_hour is not None]
    return min(known) * HOURS_PER_MONTH if known else None


def _pools(f: FleetPlan) -> list[PaidOffer]:
    return [
        PaidOffer(
            provider=p.provider, instance_type=p.instance_type, region=p.region, commitment=p.commitment,
            machines=p.usd_per_hour / p.usd_per_hour_each if p.usd_per_hour_each else 0.0,
            usd_per_hour_each=p.usd_per_hour_each,
        )
        for p in f.pools
    ]  # fmt: skip


def _of_fleet(a: FleetAnswers, cited: Cited) -> list[Section]:
    f = a.fleet
    if not isinstance(f, FleetPlan):
        return [no_fleet(a, cited), fleet_use_case(a, cited), exclusions([], cited), glossary()]
    return [
        fleet_decision(a, cited), fleet_use_case(a, cited), fleet_bill(f, cited), fleet_alternatives(f, cited),
        fleet_money(a, f, cited), fleet_risks(f, cited), fleet_acceptance(a, f, cited),
        exclusions([], cited), glossary(),
    ]  # fmt: skip
