"""Self-hosting, APIs and both: costs a month, break-even, what moves it, and advice with its figures."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import numpy as np

from hardware_db.ownership import OwnershipTerm, terms_with
from models_db.quality import Score
from planner.answers import Infeasible
from planner.errors import InputError, closest
from planner.formulas.types import Array
from planner.physics.own_engine import own_engine_texts
from planner.plan.assumptions import unstated
from planner.plan.context import Context
from planner.plan.explore import explore
from planner.progress import Progress, phase
from planner.request.request import Request
from planner.request.said import rate_texts
from planner.search.premises import HOW
from planner.tco.advice import advice, alone, rival, with_reserved
from planner.tco.answer import (
    BreakEven,
    CrossedAt,
    CurvePoint,
    Hybrid,
    QualityRow,
    Risk,
    SelfHost,
    Swing,
    TcoAnswer,
    TrafficSplit,
)  # fmt: skip
from planner.tco.apis import ApiPrice, find_price
from planner.tco.classes import hybrid as by_class
from planner.tco.compare import VOLUMES, Case, draws, split, tornado
from planner.tco.crossing import Crossing, HostingCurve, crossings
from planner.tco.equal import compared
from planner.tco.horizon import horizon
from planner.tco.hosting import CLOSED_FORM_MACHINES, Stalls, Way, stalls, ways
from planner.tco.idle import SUFFIX, idle_of
from planner.tco.options import api_option, hosting_option, idle_option, reserved_option
from planner.tco.request import TcoTerms
from planner.tco.reserved import SUFFIX as RESERVED
from planner.tco.reserved_crossing import against_hosting
from planner.tco.verdict import verdict
from planner.version import __version__

CURVE_EVERY = 8
# The way to rent that is billed by the time it is on.
STOPPED = "on demand"


def tco(
    request: Request, asked: TcoTerms, context: Context, *, own_prices: Mapping[str, ApiPrice] | None = None,
    own_scores: Iterable[Score] = (), today: date | None = None, progress: Progress | None = None,
) -> TcoAnswer | Infeasible:  # fmt: skip
    """Answer for one workload, or why nothing in scope hosts it; raises InputError where a price is not known;
    progress: called with (ways compared, all) at each volume that is planned."""
    if request.model is None:
        raise InputError("model: name the model to host")
    hosted_model = context.catalogs.models.find(request.model).model
    if hosted_model.task != "generate":
        raise InputError(f"model: {hosted_model.id} generates nothing, and the API prices here are of models that do")
    on = asked.on or today or datetime.now(UTC).date()
    prices = [] if request.scope.at_home else [price_of(name, own_prices, on) for name in asked.apis]
    terms = terms_of(request, asked)
    catalogs = context.catalogs
    shop = stalls(request, catalogs, context.coefficients, asked.commitments, asked.owned, asked.own, terms)
    hosted = [] if shop is None else shop.ways(request, phase(progress, "comparing ways to host"))
    if shop is None or not hosted:
        return _nothing_hosts(request, context)
    case, options = options_of(Case(request, tuple(hosted), terms, asked.batch_share))
    extra, host = tuple(own_scores), next(option for option in options if not option.breaches)
    quality = compared(request.model, [p.name for p in prices], asked.benchmark, catalogs.models, extra)
    tokens_in, tokens_out = (float(t) for t in case.tokens)
    against = _against(case, shop, host, prices, asked, quality, progress)
    return TcoAnswer(
        version=__version__, verdict=verdict(against["advice"]),
        model=hosted[0].cluster.replica.model, tokens_in_per_month=tokens_in,
        tokens_out_per_month=tokens_out, self_hosting=options,
        horizon=horizon(case, prices, asked.months, asked.ramp_months, asked.ramp_from), quality=quality,
        hybrid_by_class=_by_class(case, prices, asked, context, extra),
        assumptions=_assumptions(case, asked, on, host.name), **against,
    )  # fmt: skip


def options_of(case: Case) -> tuple[Case, list[SelfHost]]:
    """All ways, the cheapest first; the case counts the one that is stopped when idle where it keeps the SLA."""
    options = [hosting_option(case, i) for i in range(len(case.ways))]
    way = next((way for way in case.ways if way.name == STOPPED), None)
    idle = None if way is None else idle_of(way, case.request, case.terms)
    seldom = None if idle is None else idle_option(case, idle)
    if seldom is not None:
        options.append(seldom)
        case = case if seldom.breaches else replace(case, idle=idle)
    return case, sorted(options, key=lambda o: o.usd_per_month)


def _against(
    case: Case,
    shop: Stalls,
    host: SelfHost,
    prices: Sequence[ApiPrice],
    asked: TcoTerms,
    quality: Sequence[QualityRow],
    progress: Progress | None,
) -> dict[str, Any]:
    """The fields that compare hosting with APIs: with the cheapest that is not known to score lower than the model."""
    if not prices:
        return _alone(case, host, asked)
    apis = sorted((api_option(case, p) for p in prices), key=lambda a: a.usd_per_month)
    best = rival(apis, quality)
    price = next(p for p in prices if p.name == best.name)
    costs = HostingCurve(case, shop, progress=phase(progress, "looking for the break-even"))
    crossing = [_break_even(costs, p.name, crossings(costs, p)) for p in prices]
    sold = [(p, p.reserved) for p in prices if p.reserved is not None]
    kept = [reserved_option(case, p, units) for p, units in sold]
    crossing += [_break_even(costs, p.name + RESERVED, against_hosting(costs, units)) for p, units in sold]
    wide = replace(case, ways=(*case.ways, *costs.ways))
    share, usd = split(wide, price, asked.private_share)
    hybrid = TrafficSplit(api=best.name, self_hosted_share=share, usd_per_month=usd)
    hosting, api = draws(case, price)
    assert api is not None
    chance, tokens = float((hosting < api).mean()), float(sum(case.tokens))
    even = next(c for c in crossing if c.api == best.name)
    return {
        "apis": apis, "reserved": kept, "break_even": crossing, "hybrid": hybrid, "sensitivity": _swings(case, price),
        "self_hosted_risk": _risk(hosting), "api_risk": _risk(api), "chance_that_hosting_is_cheaper": chance,
        "curve": _curve(wide, prices),
        "advice": with_reserved(
            advice(host, best, even, hybrid, chance, asked, tokens, quality, apis), kept, best, host, hybrid, asked
        ),
    }  # fmt: skip


def _alone(case: Case, host: SelfHost, asked: TcoTerms) -> dict[str, Any]:
    """The same where no API may be used."""
    hosting, _ = draws(case, None)
    return {
        "apis": [], "break_even": [], "hybrid": None, "sensitivity": _swings(case, None),
        "self_hosted_risk": _risk(hosting), "api_risk": None, "chance_that_hosting_is_cheaper": None,
        "curve": _curve(case, []), "advice": alone(host, asked),
    }  # fmt: skip


def terms_of(request: Request, asked: TcoTerms) -> dict[str, OwnershipTerm]:
    """The terms of owning: those of the scope, and over them those of the `tco` table."""
    return terms_with({**dict(request.scope.owning), **asked.terms})


def _nothing_hosts(request: Request, context: Context) -> Infeasible:
    """Why the closed form finds no cluster; InputError where it does, so that only the ways to host were too few."""
    answer = explore(request, context).answer
    if isinstance(answer, Infeasible):
        return answer
    if request.scope.at_home:
        raise InputError(f"tco.own: no machine on the premises hosts it within the SLA; own = true buys some, or {HOW}")
    raise InputError("tco: no way to host is asked about; state tco.commitments or tco.own")


def _by_class(
    case: Case, prices: Sequence[ApiPrice], asked: TcoTerms, context: Context, extra: tuple[Score, ...]
) -> Hybrid | None:
    """The split by class, where classes are stated; own models beside the request's are planned for it."""
    if not asked.classes:
        return None
    cases = {str(case.request.model): case}
    for name in asked.models:
        request = case.request.model_copy(update={"model": name})
        found = ways(
            request, context.catalogs, context.coefficients, asked.commitments, asked.owned, asked.own, case.terms
        )
        if not found:
            raise InputError(f"tco.models: nothing in scope hosts {name[:100]} within the SLA")
        cases[name] = Case(request, tuple(found), case.terms, asked.batch_share)
    return by_class(cases, prices, asked, context.catalogs, extra)


def _swings(case: Case, price: ApiPrice | None) -> list[Swing]:
    rows = tornado(case, price)
    return [Swing(name=name, low=lo, high=hi, usd_at_low=a, usd_at_high=b) for name, lo, hi, a, b in rows]


def price_of(name: str, own: Mapping[str, ApiPrice] | None, on: date) -> ApiPrice:
    if own is None:
        return find_price(name, on)
    if name not in own:
        near = ", ".join(closest(name, own))
        raise InputError(f"tco.apis: {name[:60]!r} is not in the price file (nearest: {near})")
    return own[name]


def _break_even(curve: HostingCurve, name: str, found: Sequence[Crossing]) -> BreakEven:
    """What the crossings with an API come to."""
    case = curve.case
    if not found:
        return BreakEven(api=name, tokens_per_month=None, requests_per_s=None, utilization_of_one_unit=None)
    each = float(sum(case.tokens)) / float(case.rate)
    last, stays = found[-1], found[-1].hosting_above
    unit = last.way.capacity_per_s * last.way.unit
    return BreakEven(
        api=name, tokens_per_month=last.rate_per_s * each if stays else None,
        requests_per_s=last.rate_per_s if stays else None,
        utilization_of_one_unit=last.rate_per_s / unit if stays else None,
        requests_per_s_of_one_unit=unit if stays else None,
        unit=f"{last.way.unit} x {_machine(last.way)}" if stays else "",
        crossings=[
            CrossedAt(
                tokens_per_month=c.rate_per_s * each, requests_per_s=c.rate_per_s,
                cheaper_above="hosting" if c.hosting_above else "API",
                way=f"{c.way.name}, {_machine(c.way)}",
            )
            for c in found
        ],
    )  # fmt: skip


def _machine(way: Way) -> str:
    return f"{way.cluster.machine.instance_type} ({way.cluster.machine.provider})"


def _risk(values: Array) -> Risk:
    p10, p50, p90 = (float(v) for v in np.percentile(values, (10, 50, 90)))
    return Risk(p10=p10, p50=p50, p90=p90)


def _curve(case: Case, prices: Sequence[ApiPrice]) -> list[CurvePoint]:
    rates = case.rate * VOLUMES[::CURVE_EVERY]
    each = float(sum(case.tokens)) / float(case.rate)
    host = case.hosting(rates)
    lines = {p.name: case.api(p, rates) for p in prices}
    return [
        CurvePoint(
            tokens_per_month=float(rate) * each, self_hosted_usd=float(host[i]),
            api_usd={name: float(usd[i]) for name, usd in lines.items()},
        )
        for i, rate in enumerate(rates)
    ]  # fmt: skip


def _assumptions(case: Case, asked: TcoTerms, on: date, chosen: str) -> list[str]:
    t = case.request.traffic
    way = next(way for way in case.ways if way.name == chosen.removesuffix(SUFFIX))
    away = [
        f"API prices of {on.isoformat()} or of the day that stands with them, a prompt in the tier of its length",
        f"{t.prefix_hit:.0%} of input tokens cached on both sides",
        f"{asked.batch_share:.0%} of the traffic can go in batches",
        "rented machines run all month at the size of the busiest hour",
    ]
    return [
        *([_premises(asked)] if case.request.scope.at_home else away),
        "device time follows tokens when lengths change; machines are whole",
        CLOSED_FORM_MACHINES,
        *rate_texts(case.request, response_s=way.cluster.latency.e2e_s.mean),
        *(own_engine_texts(way.cluster.design.model, case.request.scope.engines) if way.cluster.design else []),
        *unstated(case.request),
        *case.request.engine.texts(),
    ]


def _premises(asked: TcoTerms) -> str:
    """What the premises leave out."""
    left = f" ({', '.join(asked.apis)})" if "apis" in asked.model_fields_set else ""
    return f"on the premises: no rented machines and no API{left}"
