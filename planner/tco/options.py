"""Each way to host and each API as a row, with every input that its dollars can be redone from."""

from __future__ import annotations

import numpy as np

from hardware_db.ownership import owning_terms, starting_terms
from hardware_db.starting import MINIMUM
from planner.answers.energy import Energy
from planner.formulas.time import HOURS_PER_MONTH
from planner.plan.energy import energy
from planner.tco.answer import Api, ApiTier, ColdStart, Line, SelfHost
from planner.tco.apis import ApiPrice
from planner.tco.compare import Case
from planner.tco.hosting import Way
from planner.tco.idle import Idle
from planner.tco.reserved import SUFFIX as RESERVED
from planner.tco.reserved import ReservedUnits
from planner.tco.reserved_answer import ReservedApi
from planner.tco.reserved_crossing import against_tokens

FTE_CLOUD = "staff_fte_cloud"
CLOUD_TERMS = ("staff_usd_per_year", FTE_CLOUD)
# A replica that is on for more of the month is as one that is never stopped.
SELDOM_IDLE = 0.99


def per_million(usd: float, case: Case) -> float:
    return usd / float(sum(case.tokens)) * 1e6


def hosting_option(case: Case, index: int) -> SelfHost:
    """One way at the volume asked: its lines, what they follow from, and the energy that it takes."""
    way = case.ways[index]
    lines = {name: round(float(usd), 2) for name, usd in case.lines(way).items()}
    total = round(sum(lines.values()), 2)
    c = way.cluster
    machines = int(way.machines(np.asarray(case.rate), case.capacity(way)))
    text = f"{machines} x {c.machine.instance_type} ({c.machine.provider}), {c.machine.gpus} x {c.machine.gpu} each"
    return SelfHost(
        name=way.name, description=f"{text}; {c.replica.weight_format}, {c.replica.engine}", machines=machines,
        lines=[Line(name=name, usd_per_month=usd) for name, usd in lines.items()], usd_per_month=total,
        usd_per_million_tokens=per_million(total, case), offer_class=c.machine.offer_class,
        price_as_of=c.machine.price_as_of, price_age_days=c.machine.price_age_days, price_flags=c.machine.price_flags,
        sources=_sources(case, way), inputs=_inputs(case, way, machines), energy=_energy(case, way, machines),
    )  # fmt: skip


def idle_option(case: Case, idle: Idle) -> SelfHost | None:
    """The replica that is stopped when idle, with the limits that its starts break; None where it is never stopped, or
    where one does not carry the traffic."""
    rate, base = float(case.rate), hosting_option(case, next(i for i, w in enumerate(case.ways) if w is idle.way))
    on = float(idle.on_share(rate))
    if on > SELDOM_IDLE or rate > idle.capacity_per_s:
        return None
    lines = {name: round(float(usd), 2) for name, usd in idle.lines(rate, case.values).items()}
    total, machine = round(sum(lines.values()), 2), idle.way.cluster.machine
    text = f"{idle.way.unit} x {machine.instance_type} ({machine.provider}), on {on:.1%} of the month"
    return base.model_copy(
        update={
            "name": idle.name, "machines": idle.way.unit, "usd_per_month": total, "description": text,
            "lines": [Line(name=name, usd_per_month=usd) for name, usd in lines.items()],
            "usd_per_million_tokens": per_million(total, case), "inputs": _idle_inputs(case, idle, rate, on),
            "energy": None, "sources": [base.sources[0], *_idle_sources(case, idle)],
            "breaches": idle.breaches(rate), "cold_start": _cold_start(idle, rate, on),
        }
    )  # fmt: skip


IDLE_TERMS = (*CLOUD_TERMS, *starting_terms())


def _idle_inputs(case: Case, idle: Idle, rate: float, on: float) -> dict[str, float]:
    return {name: float(case.terms[name].value) for name in IDLE_TERMS} | {
        "requests_per_s": rate, "machines": float(idle.way.unit), "hours_per_month": HOURS_PER_MONTH,
        "usd_per_hour_of_one_machine": idle.way.usd_per_hour, "on_share": on, "weights_gb": idle.weights_gb,
        "start_s": idle.start_s, "hold_s": idle.hold_s, "answer_s": idle.answer_s, MINIMUM: idle.minimum_s,
    }  # fmt: skip


def _idle_sources(case: Case, idle: Idle) -> list[str]:
    used = [(name, case.terms[name]) for name in IDLE_TERMS if name != MINIMUM]
    said = [f"{name} = {term.value:g} {term.unit}: {term.source}" for name, term in used]
    return [*said, f"{MINIMUM} = {idle.minimum_s:g} s: {idle.minimum_source}"]


def _cold_start(idle: Idle, rate: float, on: float) -> ColdStart:
    return ColdStart(
        start_s=idle.start_s, read_s=idle.read_s, weights_gb=idle.weights_gb, idle_timeout_s=idle.timeout_s,
        minimum_billing_s=idle.minimum_s, on_share=on, starts_per_month=float(idle.starts_per_month(rate)),
        waiting_share=float(idle.delayed_share(rate)), mean_wait_s=float(idle.mean_wait_s(rate)),
        first_token_s=idle.start_s + idle.way.cluster.latency.ttft_s.mean,
    )  # fmt: skip


def _used(case: Case, way: Way) -> tuple[str, ...]:
    """The terms that the lines of a way follow from."""
    return CLOUD_TERMS if way.server is None else tuple(name for name in owning_terms() if name != FTE_CLOUD)


def _sources(case: Case, way: Way) -> list[str]:
    machine = way.cluster.machine
    used = [(name, case.terms[name]) for name in _used(case, way)]
    return [
        f"{machine.price_source} ({machine.price_text})",
        *(f"{name} = {term.value:g} {term.unit}: {term.source}" for name, term in used),
    ]


def _inputs(case: Case, way: Way, machines: int) -> dict[str, float]:
    """What the lines and the count of machines are made from."""
    found = {
        "requests_per_s": float(case.rate), "requests_per_s_of_one_machine": way.capacity_per_s,
        "machines_of_a_replica": float(way.unit), "machines_at_least": float(way.least),
        "machines_spare": float(way.spare), "machines": float(machines),
        "hours_per_month": HOURS_PER_MONTH, "busy_s_per_request": way.busy_s, "load": float(case.load(way)),
    }  # fmt: skip
    if way.server is None:
        found["usd_per_hour_of_one_machine"] = way.usd_per_hour
    else:
        found |= {"server_usd": way.server.usd.value, "server_kw": way.server.kw.value}
    return found | {name: float(case.terms[name].value) for name in _used(case, way)}


def _energy(case: Case, way: Way, machines: int) -> Energy | None:
    """Energy of the machines in use; None where no power of them is known."""
    terms, load = {name: float(term.value) for name, term in case.terms.items()}, float(case.load(way))
    own = way.server is not None
    return energy(*way.rated, machines, load, case.request.scope, terms, own=own) if way.rated else None


def api_option(case: Case, p: ApiPrice) -> Api:
    usd = round(float(case.api(p)), 2)
    return Api(
        name=p.name, usd_per_million_input=p.input, usd_per_million_cached=p.cached, usd_per_million_output=p.output,
        usd_per_million_batch_input=p.batch_input, usd_per_million_batch_output=p.batch_output,
        cached_share=float(case.cached), batch_share=case.batch_share, tiers=_tiers(case, p),
        usd_per_month=usd, usd_per_million_tokens=per_million(usd, case), as_of=p.as_of, source=p.source,
    )  # fmt: skip


def reserved_option(case: Case, p: ApiPrice, units: ReservedUnits) -> ReservedApi:
    """Reserved units of an API at the volume asked, beside the same API by token."""
    need = float(units.needed_tokens_per_s(case.request, case.rate))
    count = int(units.units(need))
    usd = round(count * units.usd_per_month, 2)
    return ReservedApi(
        name=f"{p.name}{RESERVED}", unit=units.unit, units=count, units_at_least=units.least,
        units_in_steps_of=units.step, tokens_per_s_of_a_unit=units.tokens_per_s, output_weight=units.output_weight,
        needed_tokens_per_s=need, usd_per_month_of_a_unit=units.usd_per_month, usd_per_month=usd,
        usd_per_million_tokens=per_million(usd, case), usd_per_month_by_token=round(float(case.api(p)), 2),
        crossings=against_tokens(case, p, units), as_of=p.as_of, source=p.source,
    )  # fmt: skip


def _tiers(case: Case, p: ApiPrice) -> list[ApiTier]:
    """Each tier with what goes through it; empty for an API of one price."""
    if not p.tiers:
        return []
    return [
        ApiTier(
            above_input_tokens=tier.above, usd_per_million_input=tier.input, usd_per_million_cached=tier.cached,
            usd_per_million_output=tier.output, share_of_input_tokens=tokens, share_of_requests=requests,
        )
        for tier, (tokens, requests) in zip(p.all_tiers, case.mix(p), strict=True)
    ]  # fmt: skip
