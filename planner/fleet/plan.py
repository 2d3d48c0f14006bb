"""From a fleet request to the cheapest fleet, what binds it, and what else could be bought."""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from typing import get_args

import numpy as np

from hardware_db.schema import Offer
from planner.dates import age_days
from planner.errors import InputError, closest
from planner.fleet.alternatives import binding, front, only_with
from planner.fleet.answer import Choice, FleetInfeasible, FleetPlan, Period, Pool
from planner.fleet.candidates import purchases
from planner.fleet.infeasible import beyond_limits, nearest_slas, nothing_serves
from planner.fleet.problem import Fleet, NoFleet, usage
from planner.fleet.question import FleetQuestion, question
from planner.fleet.request import FleetRequest
from planner.fleet.solve import solve
from planner.fleet.start import pool_start
from planner.fleet.stress import stressed
from planner.formulas.cost import usd_per_month
from planner.physics.coefficients import Coefficients
from planner.physics.confidence import confidence_text
from planner.physics.own_engine import own_engine_texts
from planner.plan.context import Context
from planner.plan.prices import doubts
from planner.plan.quality import quality
from planner.plan.scope import under_usual_engine
from planner.plan.why_not import must_know
from planner.request.request import Commitment
from planner.request.said import rate_texts
from planner.version import __version__


def plan_fleet(request: FleetRequest, context: Context, *, why_not: Sequence[str] = ()) -> FleetPlan | FleetInfeasible:
    """The cheapest fleet for all workloads; `why_not` names GPUs, formats or machines to explain the absence of."""
    machines = {offer.instance_type for offer in context.catalogs.hardware.offers} | {o.name for o in request.owned}
    must_know(why_not, context.catalogs, {*machines, "owned", *get_args(Commitment)})
    _must_be_machines({"current": request.current, "limits.inventory": request.limits.inventory}, machines)
    bought, missing = purchases(request, context.catalogs, context.coefficients)
    texts = [*_names(request, context), *_assumptions(request, context.coefficients)]
    if missing:
        near = nearest_slas(request, context, missing)
        return nothing_serves(missing, near, len(bought), texts)
    asked = question(request, bought, texts)
    fleet = solve(asked.problem)
    if isinstance(fleet, NoFleet):
        return beyond_limits(asked, fleet)
    return _answer(asked, fleet, [only_with(asked, fleet, name, context) for name in why_not], context.coefficients)


def _must_be_machines(stated: Mapping[str, Mapping[str, int]], machines: Set[str]) -> None:
    """Raise InputError for machines that nothing is bought under the name of: they would not count."""
    for table, names in stated.items():
        for name in names:
            if name not in machines:
                near = ", ".join(closest(name, sorted(machines)))
                raise InputError(f"{table}: {name[:60]!r} is no machine (nearest: {near})")


def _answer(asked: FleetQuestion, fleet: Fleet, why_not: list[Choice], coefficients: Coefficients) -> FleetPlan:
    pools = [_pool(asked, fleet, int(i), coefficients) for i in np.flatnonzero(fleet.units.max(axis=1) > 0)]
    used = usage(asked.problem, fleet.units)
    names = [w.name for w in asked.request.workloads]
    return FleetPlan(
        version=__version__,
        usd_per_hour=fleet.usd_per_hour,
        usd_per_month=float(usd_per_month(fleet.usd_per_hour)),
        usd_of_changes=fleet.usd_of_changes,
        proven_optimal=fleet.proven,
        gap=fleet.gap,
        pools=pools,
        periods=[
            Period(hours=hours, rate_per_s=dict(zip(names, asked.problem.load[:, k].tolist(), strict=True)))
            for k, hours in enumerate(asked.periods)
        ],
        gpus=int(used["gpus"].max()),
        power_kw=float(used["power_kw"].max()),
        stress=stressed(asked.problem, fleet),
        binding=binding(asked, fleet, used),
        front=front(asked, fleet, float(used["power_kw"].max())),
        why_not=why_not,
        warnings=fleet_doubts(pools, aged=asked.request.scope.max_price_age_days is None),
        purchases=len(asked.bought),
        assumptions=asked.texts,
    )


def _pool(asked: FleetQuestion, fleet: Fleet, i: int, coefficients: Coefficients) -> Pool:
    p, d, problem = asked.bought[i], asked.bought[i].design, asked.problem
    units = fleet.units[i]
    given = fleet.share[:, i, :] * problem.capacity[:, [i]]
    load = problem.load @ problem.hours
    serves = {
        w.name: round(float(given[k] @ problem.hours / load[k]), 4)
        for k, w in enumerate(asked.request.workloads)
        if given[k].max() > 1e-9
    }
    busy = fleet.share[:, i, :].sum(axis=0)
    mine = [w for w in asked.request.workloads if w.name in serves or w.model == d.model.id]
    longest = max(mine, key=lambda w: w.input_tokens.average + w.output_tokens.average)
    return Pool(
        provider=p.offer.provider if p.offer else "owned", region=p.offer.region if p.offer else "",
        instance_type=p.machine, commitment=p.commitment, gpu=p.gpu.name, gpus_per_machine=p.machine_gpus,
        machines_per_unit=p.machines, replicas_per_unit=p.replicas, model=d.model.checkpoint,
        weight_format=d.formats[d.fmt[0]].id, kv_format=d.kv_formats[d.kv[0]].id, engine=d.engines[d.engine[0]].id,
        tp=int(d.tp[0]), pp=int(d.pp[0]), ep=int(d.ep[0]), dp=int(d.dp[0]), max_sequences=p.max_sequences,
        units_by_period=[int(u) for u in units], usd_per_hour_each=p.usd_per_hour,
        usd_per_hour=float(p.usd_per_hour * (units @ problem.hours)),
        utilization=float(busy @ problem.hours / max(units @ problem.hours, 1e-12)), serves=serves,
        offer_class=p.offer.offer_class if p.offer else "own",
        price_as_of=str(p.offer.as_of) if p.offer else "", price_age_days=_age_days(asked, p.offer),
        price_flags=list(p.offer.flags) if p.offer else [],
        price_source=p.offer.source if p.offer else "stated as owned",
        quality=quality(
            asked.request.alone(mine[0]), d.model, d.formats[d.fmt[0]].id, d.kv_formats[d.kv[0]].id,
        ),
        start=pool_start(p, asked.request.alone(longest), coefficients),
    )  # fmt: skip


def fleet_doubts(pools: Sequence[Pool], *, aged: bool) -> list[str]:
    """What to check about the prices of each shape at each provider, all its pools together; alike ones in one
    text."""
    names: dict[str, dict[str, None]] = {}
    for pool in pools:
        alike = [p for p in pools if (p.provider, p.instance_type) == (pool.provider, pool.instance_type)]
        gpus = sum(p.gpus_per_machine * p.machines_per_unit * max(p.units_by_period) for p in alike)
        found = doubts(pool.price_age_days, pool.price_as_of, pool.price_flags, pool.offer_class, gpus, aged=aged)
        for text in found:
            names.setdefault(text, {})[f"{pool.instance_type} ({pool.provider})"] = None
    return [f"{', '.join(shapes)}: {text}" for text, shapes in names.items()]


def _age_days(asked: FleetQuestion, offer: Offer | None) -> int | None:
    on = asked.request.scope.as_of
    return None if offer is None or on is None else age_days(offer.as_of, on)


def _names(request: FleetRequest, context: Context) -> list[str]:
    """What was read for models that have no record under their names, and under which engine GGUF runs."""
    texts: list[str] = []
    for w in {w.model: w for w in request.workloads}.values():
        found, alone = context.catalogs.models.find(w.model), under_usual_engine(request.alone(w), context.catalogs)
        texts += [found.note] if found.note else []
        texts += [f"{w.model}: {text}" for text in own_engine_texts(found.model, alone.scope.engines)]
    return texts


def _assumptions(request: FleetRequest, coefficients: Coefficients) -> list[str]:
    texts = [
        confidence_text(request.confidence, coefficients),
        "a pool serves a mix of workloads in proportion: shares of its time add up to one",
        "reserved and owned machines run all day, others by the hour; each group of hours is planned for its busiest",
    ]
    if "spot" in request.scope.commitments:
        texts.append(f"{request.limits.interruption_allowance:.0%} of spot capacity is taken as gone")
    owned = [f"{o.name}: ${o.usd_per_hour:.3f} an hour owned, over {o.life_years:g} years (USD)" for o in request.owned]
    rates = [f"{w.name}: {text}" for w in request.workloads for text in rate_texts(request.alone(w))]
    return [*rates, *texts, *owned]
