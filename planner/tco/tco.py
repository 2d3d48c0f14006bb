"""Self-hosting, APIs and both: costs a month, break-even, what moves it, and advice with its figures."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime

import numpy as np

from hardware_db.ownership import terms_with
from models_db.quality import Score
from planner.answers import Infeasible
from planner.errors import InputError, closest
from planner.formulas.types import Array
from planner.plan.assumptions import unstated
from planner.plan.context import Context
from planner.plan.explore import explore
from planner.request.request import Request
from planner.request.said import rate_texts
from planner.tco.answer import (
    Api,
    BreakEven,
    CrossedAt,
    CurvePoint,
    Hybrid,
    Line,
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
from planner.tco.crossing import MOST_RATE, HostingCurve, crossings
from planner.tco.equal import compared
from planner.tco.horizon import horizon
from planner.tco.hosting import stalls, ways
from planner.tco.request import TcoTerms
from planner.version import __version__

CURVE_EVERY = 8
TEAM_SHARE = 0.4
# A split must save this much to be worth two systems; a choice.
MIXED_GAIN = 0.97


def tco(
    request: Request, asked: TcoTerms, context: Context, *, own_prices: Mapping[str, ApiPrice] | None = None,
    own_scores: Iterable[Score] = (), today: date | None = None,
) -> TcoAnswer | Infeasible:  # fmt: skip
    """Answer for one workload, or why nothing in scope hosts it; raises InputError where a price is not known."""
    if request.model is None:
        raise InputError("model: name the model to host")
    on = asked.on or today or datetime.now(UTC).date()
    prices = [price_of(name, own_prices, on) for name in asked.apis]
    terms = terms_with(asked.terms)
    catalogs = context.catalogs
    shop = stalls(request, catalogs, context.coefficients, asked.commitments, asked.owned, asked.own, terms)
    hosted = [] if shop is None else shop.ways(request)
    if shop is None or not hosted:
        return _nothing_hosts(request, context)
    case = Case(request, tuple(hosted), terms, asked.batch_share)
    extra = tuple(own_scores)
    apis = sorted((_api(case, p) for p in prices), key=lambda a: a.usd_per_month)
    cheapest = next(p for p in prices if p.name == apis[0].name)
    options = sorted((hosting_option(case, i) for i in range(len(hosted))), key=lambda o: o.usd_per_month)
    costs = HostingCurve(case, shop)
    crossing = [_break_even(costs, p) for p in prices]
    wide = replace(case, ways=(*hosted, *costs.ways))
    share, usd = split(wide, cheapest, asked.private_share)
    host, api = draws(case, cheapest)
    tokens_in, tokens_out = (float(t) for t in case.tokens)
    quality = compared(request.model, [p.name for p in prices], asked.benchmark, catalogs.models, extra)
    hybrid = TrafficSplit(api=cheapest.name, self_hosted_share=share, usd_per_month=usd)
    chance = float((host < api).mean())
    return TcoAnswer(
        version=__version__, model=hosted[0].cluster.replica.model, tokens_in_per_month=tokens_in,
        tokens_out_per_month=tokens_out, self_hosting=options, apis=apis, break_even=crossing, hybrid=hybrid,
        sensitivity=_swings(case, cheapest),
        self_hosted_risk=_risk(host), api_risk=_risk(api), chance_that_hosting_is_cheaper=chance,
        curve=_curve(wide, prices), horizon=horizon(case, prices, asked.months, asked.ramp_months, asked.ramp_from),
        quality=quality, hybrid_by_class=_by_class(case, prices, asked, context, extra),
        advice=[
            *_advice(options[0], apis[0], crossing, hybrid, chance, asked, tokens_in + tokens_out),
            *_quality_texts(quality, apis[0].name),
        ],
        assumptions=_assumptions(case, asked, on, options[0].name),
    )  # fmt: skip


def _nothing_hosts(request: Request, context: Context) -> Infeasible:
    """Why `plan` finds no cluster either; InputError where it does, so that only the ways to host were too few."""
    answer = explore(request, context).answer
    if isinstance(answer, Infeasible):
        return answer
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


def _quality_texts(rows: Sequence[QualityRow], api: str) -> list[str]:
    """What is known of quality against the cheapest API; where nothing is, that is said."""
    mine = [row for row in rows if row.api == api and row.model_score is not None and row.api_score is not None]
    if not mine:
        return [f"quality: no benchmark has scores of both the model and {api}; state some with --scores"]
    return [_quality_text(row) for row in mine[:2]]


def _quality_text(row: QualityRow) -> str:
    text = f"quality: {row.benchmark} {row.model_score:g} against {row.api_score:g} of {row.api}"
    if row.model_score is None or row.api_score is None or row.model_score >= row.api_score:
        return text
    peer = f"host {row.open_peer}" if row.open_peer else "no open model with a score is as good"
    return f"{text}, so the dollars compare unequal quality; for equal quality {peer}"


def _swings(case: Case, price: ApiPrice) -> list[Swing]:
    rows = tornado(case, price)
    return [Swing(name=name, low=lo, high=hi, usd_at_low=a, usd_at_high=b) for name, lo, hi, a, b in rows]


def price_of(name: str, own: Mapping[str, ApiPrice] | None, on: date) -> ApiPrice:
    if own is None:
        return find_price(name, on)
    if name not in own:
        near = ", ".join(closest(name, own))
        raise InputError(f"tco.apis: {name[:60]!r} is not in the price file (nearest: {near})")
    return own[name]


def per_million(usd: float, case: Case) -> float:
    return usd / float(sum(case.tokens)) * 1e6


def hosting_option(case: Case, index: int) -> SelfHost:
    way = case.ways[index]
    lines = {name: round(float(usd), 2) for name, usd in case.lines(way).items()}
    total = round(sum(lines.values()), 2)
    c = way.cluster
    machines = int(way.machines(np.asarray(case.rate), case.capacity(way)))
    text = f"{machines} x {c.machine.instance_type} ({c.machine.provider}), {c.machine.gpus} x {c.machine.gpu} each"
    sources = [f"{c.machine.price_source} ({c.machine.price_text})"]
    used = ("staff_usd_per_year", "staff_fte_cloud") if way.server is None else tuple(case.terms)
    sources += [
        f"{name} = {case.terms[name].value:g} {case.terms[name].unit}: {case.terms[name].source}" for name in used
    ]
    return SelfHost(
        name=way.name, description=f"{text}; {c.replica.weight_format}, {c.replica.engine}", machines=machines,
        lines=[Line(name=name, usd_per_month=usd) for name, usd in lines.items()], usd_per_month=total,
        usd_per_million_tokens=per_million(total, case), offer_class=c.machine.offer_class,
        price_as_of=c.machine.price_as_of, price_age_days=c.machine.price_age_days, price_flags=c.machine.price_flags,
        sources=sources,
    )  # fmt: skip


def _api(case: Case, p: ApiPrice) -> Api:
    usd = round(float(case.api(p)), 2)
    return Api(
        name=p.name, usd_per_million_input=p.input, usd_per_million_cached=p.cached, usd_per_million_output=p.output,
        usd_per_month=usd, usd_per_million_tokens=per_million(usd, case), as_of=p.as_of, source=p.source,
    )  # fmt: skip


def _break_even(curve: HostingCurve, price: ApiPrice) -> BreakEven:
    case, found = curve.case, crossings(curve, price)
    if not found:
        return BreakEven(api=price.name, tokens_per_month=None, requests_per_s=None, utilization_of_one_unit=None)
    each = float(sum(case.tokens)) / float(case.rate)
    last = found[-1]
    unit = last.way.capacity_per_s * last.way.unit
    return BreakEven(
        api=price.name, tokens_per_month=last.rate_per_s * each, requests_per_s=last.rate_per_s,
        utilization_of_one_unit=last.rate_per_s / unit,
        crossings=[
            CrossedAt(
                tokens_per_month=c.rate_per_s * each, requests_per_s=c.rate_per_s,
                cheaper_above="hosting" if c.hosting_above else "API",
                way=f"{c.way.name}, {c.way.cluster.machine.instance_type} ({c.way.cluster.machine.provider})",
            )
            for c in found
        ],
    )  # fmt: skip


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


def _advice(
    host: SelfHost, api: Api, crossing: Sequence[BreakEven], hybrid: TrafficSplit, chance: float, asked: TcoTerms,
    tokens: float,
) -> list[str]:  # fmt: skip
    """The choice first, then the reasons that applied, each with a figure of this case."""
    texts = [_choice(host, api, hybrid, asked)]
    even = next((c for c in crossing if c.api == api.name), None)
    if even is not None:
        texts.append(f"volume: {_volume(even, tokens)}")
    if asked.private_share > 0:
        texts.append(f"data residency: {asked.private_share:.0%} of the traffic may not leave")
    staff = next((line.usd_per_month for line in host.lines if line.name == "staff"), 0.0)
    if staff > TEAM_SHARE * host.usd_per_month:
        texts.append(f"team: ${staff:,.2f} of the ${host.usd_per_month:,.2f} a month are people")
    texts.append(f"risk: hosting is cheaper in {chance:.0%} of the draws over all ranges")
    return texts


def _volume(even: BreakEven, tokens: float) -> str:
    """Where a volume stands among the crossings with an API."""
    if even.tokens_per_month is None:
        return f"hosting does not get cheaper than {even.api} at up to {MOST_RATE:,.0f} requests a second"
    first, asked = even.crossings[0].tokens_per_month, f"{tokens:,.0f} tokens a month"
    if tokens >= even.tokens_per_month:
        return f"{asked} are above the break-even of {even.tokens_per_month:,.0f}"
    if tokens < first:
        return f"{asked} are below the break-even of {first:,.0f}"
    crossed = [c.cheaper_above for c in even.crossings if c.tokens_per_month <= tokens]
    return (
        f"{asked} lie between the break-even of {first:,.0f} and {even.tokens_per_month:,.0f}, from which hosting "
        f"stays cheaper: whole machines make it dearer again in between, and here {crossed[-1]} is cheaper"
    )


def _choice(host: SelfHost, api: Api, hybrid: TrafficSplit, asked: TcoTerms) -> str:
    at_home, away = f"{host.name} costs ${host.usd_per_month:,.2f}", f"{api.name} ${api.usd_per_month:,.2f}"
    least = min(host.usd_per_month, api.usd_per_month)
    mixed = 0.0 < hybrid.self_hosted_share < 1.0 and hybrid.usd_per_month < MIXED_GAIN * least
    if asked.private_share >= 1.0:
        return "choose open: all traffic is private and may not leave"
    if mixed or (asked.private_share > 0 and host.usd_per_month > api.usd_per_month):
        share = f"{hybrid.self_hosted_share:.0%} on own GPUs, the rest at {hybrid.api}"
        return f"choose hybrid: {share}, ${hybrid.usd_per_month:,.2f} a month"
    if host.usd_per_month < api.usd_per_month:
        return f"choose open: {at_home} a month, {away}"
    return f"choose API: {away} a month, {at_home}"


def _assumptions(case: Case, asked: TcoTerms, on: date, chosen: str) -> list[str]:
    t = case.request.traffic
    way = next(way for way in case.ways if way.name == chosen)
    return [
        f"API prices of {on.isoformat()} or of the day that stands with them, first price tier",
        f"{t.prefix_hit:.0%} of input tokens cached on both sides",
        f"{asked.batch_share:.0%} of the traffic can go in batches",
        "rented machines run all month at the size of the busiest hour",
        "device time follows tokens when lengths change; machines are whole",
        *rate_texts(case.request, response_s=way.cluster.latency.e2e_s.mean),
        *unstated(case.request),
        *case.request.engine.texts(),
    ]
