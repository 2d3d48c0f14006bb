"""From a fleet request to the cheapest fleet, what binds it, and what else could be bought."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from planner.fleet.answer import Binding, Choice, FleetInfeasible, FleetPlan, Period, Pool
from planner.fleet.candidates import STEADY, Purchase, purchases
from planner.fleet.problem import Fleet, FleetProblem, NoFleet, usage
from planner.fleet.request import FleetRequest
from planner.fleet.solve import solve
from planner.formulas.cost import usd_per_month
from planner.formulas.types import Array
from planner.physics.coefficients import Coefficients
from planner.physics.confidence import confidence_text
from planner.plan.context import Context
from planner.plan.explore import explore
from planner.request.request import Traffic
from planner.version import __version__

PERIODS = 4
FRONT = (0.9, 0.8, 0.7, 0.6, 0.5)
LIMITS = ("max_gpus", "max_power_kw", "max_usd_per_hour")


@dataclass(frozen=True)
class _Asked:
    request: FleetRequest
    bought: list[Purchase]
    problem: FleetProblem
    periods: list[list[int]]
    kinds: list[str]
    texts: list[str]


def plan_fleet(request: FleetRequest, context: Context, *, why_not: Sequence[str] = ()) -> FleetPlan | FleetInfeasible:
    """The cheapest fleet for all workloads; `why_not` names GPUs, formats or machines to explain the absence of."""
    bought, missing = purchases(request, context.catalogs, context.coefficients)
    texts = _assumptions(request, context.coefficients)
    if missing:
        near = _nearest(request, context, missing)
        return _nothing_serves(missing, near, len(bought), texts)
    asked = _asked(request, bought, texts)
    fleet = solve(asked.problem)
    if isinstance(fleet, NoFleet):
        return _infeasible(asked, fleet)
    return _answer(asked, fleet, why_not)


def _asked(request: FleetRequest, bought: list[Purchase], texts: list[str]) -> _Asked:
    periods, load, hours = _periods(request)
    kinds = list(dict.fromkeys(p.machine for p in bought))
    stock = {o.name: float(o.most) for o in request.owned} | {k: float(v) for k, v in request.limits.inventory.items()}
    limits = request.limits
    problem = FleetProblem(
        usd_per_hour=np.array([p.usd_per_hour for p in bought]),
        capacity=np.array([p.rate_per_s for p in bought]).T,
        load=load,
        hours=hours,
        steady=np.array([p.commitment in STEADY for p in bought]),
        gpus=np.array([float(p.machines * p.machine_gpus) for p in bought]),
        power_kw=np.array([p.power_kw for p in bought]),
        kind=np.array([kinds.index(p.machine) for p in bought]),
        machines=np.array([float(p.machines) for p in bought]),
        inventory=np.array([stock.get(kind, np.inf) for kind in kinds]),
        spare=np.array([limits.spare_replicas / p.replicas for p in bought]),
        spot=np.array([p.commitment == "spot" for p in bought]),
        max_gpus=_or_inf(limits.max_gpus),
        max_usd_per_hour=_or_inf(limits.max_usd_per_hour),
        max_power_kw=_or_inf(request.max_power_kw),
        max_spot_share=limits.max_spot_share,
        current=_current(request, bought),
        usd_per_change=limits.usd_per_change,
    )
    return _Asked(request, bought, problem, periods, kinds, texts)


def _or_inf(value: float | None) -> float:
    return np.inf if value is None else float(value)


def _current(request: FleetRequest, bought: list[Purchase]) -> Array | None:
    """Units that run already: those of an instance type stand with its cheapest kind of purchase."""
    if not request.current:
        return None
    units = np.zeros(len(bought))
    for name, machines in request.current.items():
        mine = [i for i, p in enumerate(bought) if p.machine == name]
        if mine:
            units[mine[0]] = machines / bought[mine[0]].machines
    return units


def _periods(request: FleetRequest) -> tuple[list[list[int]], Array, Array]:
    """Hours in at most PERIODS groups of like load; each is planned for its busiest hour."""
    rates = np.array([_hourly(w.traffic) for w in request.workloads])
    weight = np.round((rates / rates.max(axis=1, keepdims=True)).sum(axis=0), 9)
    levels = np.unique(weight)
    cuts = [part.max() for part in np.array_split(levels, min(PERIODS, len(levels)))]
    place = np.searchsorted(cuts, weight)
    groups = [np.flatnonzero(place == k).tolist() for k in range(len(cuts))]
    load = np.stack([rates[:, g].max(axis=1) for g in groups], axis=1)
    return groups, load, np.array([len(g) / 24.0 for g in groups])


def _hourly(traffic: Traffic) -> Array:
    return traffic.average_per_s * np.array(traffic.hourly)


def _answer(asked: _Asked, fleet: Fleet, why_not: Sequence[str]) -> FleetPlan:
    used = usage(asked.problem, fleet.units)
    names = [w.name for w in asked.request.workloads]
    return FleetPlan(
        version=__version__,
        usd_per_hour=fleet.usd_per_hour,
        usd_per_month=float(usd_per_month(fleet.usd_per_hour)),
        usd_of_changes=fleet.usd_of_changes,
        proven_optimal=fleet.proven,
        gap=fleet.gap,
        pools=[_pool(asked, fleet, int(i)) for i in np.flatnonzero(fleet.units.max(axis=1) > 0)],
        periods=[
            Period(hours=hours, rate_per_s=dict(zip(names, asked.problem.load[:, k].tolist(), strict=True)))
            for k, hours in enumerate(asked.periods)
        ],
        gpus=int(used["gpus"].max()),
        power_kw=float(used["power_kw"].max()),
        binding=_binding(asked, fleet, used),
        front=_front(asked, fleet, float(used["power_kw"].max())),
        why_not=[_why_not(asked, fleet, name) for name in why_not],
        purchases=len(asked.bought),
        assumptions=asked.texts,
    )


def _pool(asked: _Asked, fleet: Fleet, i: int) -> Pool:
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
    return Pool(
        provider=p.offer.provider if p.offer else "owned", region=p.offer.region if p.offer else "",
        instance_type=p.machine, commitment=p.commitment, gpu=p.gpu.name, gpus_per_machine=p.machine_gpus,
        machines_per_unit=p.machines, replicas_per_unit=p.replicas, model=d.model.id,
        weight_format=d.formats[d.fmt[0]].id, kv_format=d.kv_formats[d.kv[0]].id, engine=d.engines[d.engine[0]].id,
        tp=int(d.tp[0]), pp=int(d.pp[0]), ep=int(d.ep[0]), dp=int(d.dp[0]), max_sequences=p.max_sequences,
        units_by_period=[int(u) for u in units], usd_per_hour_each=p.usd_per_hour,
        usd_per_hour=float(p.usd_per_hour * (units @ problem.hours)),
        utilization=float(busy @ problem.hours / max(units @ problem.hours, 1e-12)), serves=serves,
        price_as_of=str(p.offer.as_of) if p.offer else "",
        price_source=p.offer.source if p.offer else "stated as owned",
    )  # fmt: skip


def _binding(asked: _Asked, fleet: Fleet, used: dict[str, Array]) -> list[Binding]:
    """Limits within one unit of what is used, each with what one more of it would save."""
    p, found = asked.problem, []
    loads = {
        "max_gpus": used["gpus"].max(),
        "max_power_kw": used["power_kw"].max(),
        "max_usd_per_hour": fleet.usd_per_hour,
    }
    for name in LIMITS:
        value = getattr(p, name)
        if np.isfinite(value) and loads[name] > value - _one(name, p):
            found.append(_one_more(fleet, f"limits.{name}", float(value), replace(p, **{name: value + 1.0})))
    for kind in np.flatnonzero(np.isfinite(p.inventory)):
        if used["machines"][kind].max() >= p.inventory[kind] and p.inventory[kind] > 0:
            more = p.inventory.copy()
            more[kind] += 1.0
            found.append(
                _one_more(
                    fleet, f"inventory of {asked.kinds[kind]}", float(p.inventory[kind]), replace(p, inventory=more)
                )
            )
    return found


def _one(name: str, p: FleetProblem) -> float:
    """The smallest step of a limit that could matter."""
    return {"max_gpus": float(p.gpus.min()), "max_power_kw": float(p.power_kw.min()), "max_usd_per_hour": 0.01}[name]


def _one_more(fleet: Fleet, name: str, value: float, wider: FleetProblem) -> Binding:
    better = solve(wider)
    saves = fleet.usd_per_hour - better.usd_per_hour if isinstance(better, Fleet) else 0.0
    return Binding(limit=name, value=value, saves_usd_per_hour=max(0.0, saves))


def _front(asked: _Asked, fleet: Fleet, power_kw: float) -> list[Choice]:
    """Dollars against power: the cheapest fleets that draw less."""
    found = [Choice(what="this fleet", usd_per_hour=fleet.usd_per_hour, power_kw=power_kw, reason="")]
    for share in FRONT:
        limit = power_kw * share
        # Parts apart would be this fleet again.
        other = solve(replace(asked.problem, max_power_kw=min(limit, asked.problem.max_power_kw)), apart=False)
        if isinstance(other, NoFleet):
            break
        kw = float(usage(asked.problem, other.units)["power_kw"].max())
        found.append(
            Choice(
                what=_names(asked, other),
                usd_per_hour=other.usd_per_hour,
                power_kw=kw,
                reason=f"at most {limit:.1f} kW",
            )
        )
    return found


def _names(asked: _Asked, fleet: Fleet) -> str:
    parts = [
        f"{int(fleet.units[i].max())} x {p.machine} ({p.gpu.name}, {p.design.formats[p.design.fmt[0]].id})"
        for i, p in enumerate(asked.bought)
        if fleet.units[i].max() > 0
    ]
    return " + ".join(parts)


def _why_not(asked: _Asked, fleet: Fleet, name: str) -> Choice:
    """The cheapest fleet of one GPU, format or machine only, or why there is none."""
    wanted = name.strip().lower()
    mine = np.array([wanted in _words(p) for p in asked.bought])
    if not mine.any():
        return Choice(
            what=name, usd_per_hour=None, power_kw=None, reason="no purchase in scope has it, or none meets an SLA"
        )
    only = replace(asked.problem, capacity=np.where(mine[None, :], asked.problem.capacity, 0.0))
    other = solve(only)
    if isinstance(other, NoFleet):
        short = [w.name for k, w in enumerate(asked.request.workloads) if not (only.capacity[k] > 0).any()]
        reason = f"it cannot serve {', '.join(short)} within the SLA" if short else "not within the limits"
        return Choice(what=name, usd_per_hour=None, power_kw=None, reason=reason)
    extra = other.usd_per_hour / fleet.usd_per_hour - 1.0
    kw = float(usage(asked.problem, other.units)["power_kw"].max())
    reason = (
        f"costs {extra:.1%} more: {_names(asked, other)}" if extra > 1e-6 else "as cheap: it is in the fleet, or ties"
    )
    return Choice(what=name, usd_per_hour=other.usd_per_hour, power_kw=kw, reason=reason)


def _words(p: Purchase) -> set[str]:
    d = p.design
    provider = p.offer.provider if p.offer else "owned"
    return {
        t.lower()
        for t in (p.gpu.id, p.gpu.name, *p.gpu.aliases, d.formats[d.fmt[0]].id, p.machine, provider, p.commitment)
    }


def _nearest(request: FleetRequest, context: Context, missing: dict[str, str]) -> list[Choice]:
    """What the SLA of each workload that no design serves would have to be."""
    nearest = []
    for w in request.workloads:
        if w.name in missing:
            answer = explore(request.alone(w), context).answer
            if answer.status == "infeasible":
                nearest.append(
                    Choice(
                        what=f"{w.name}: {answer.nearest_change}", reason=answer.binding_limit, power_kw=None,
                        usd_per_hour=answer.nearest.cost.usd_per_hour if answer.nearest else None,
                    )
                )  # fmt: skip
    return nearest


def _nothing_serves(missing: dict[str, str], near: list[Choice], count: int, texts: list[str]) -> FleetInfeasible:
    """A workload that no design serves: more machines would not help."""
    binding = "; ".join(f"{name}: {why}" for name, why in missing.items())
    return FleetInfeasible(
        version=__version__, proven=True, binding_limit=binding, nearest=near, purchases=count, assumptions=texts
    )


def _infeasible(asked: _Asked, none: NoFleet) -> FleetInfeasible:
    """Each limit on the whole lifted alone, and all of them: what the fleet would then be."""
    p = asked.problem
    stated = [name for name in LIMITS if np.isfinite(getattr(p, name))]
    lifted: dict[str, dict[str, Any]] = {f"without limits.{name}": {name: np.inf} for name in stated}
    if np.isfinite(p.inventory).any():
        lifted["with more machines in stock"] = {"inventory": np.full(len(p.inventory), np.inf)}
    if p.max_spot_share < 1.0:
        lifted["with any share of spot"] = {"max_spot_share": 1.0}
    if len(lifted) > 1:
        everything = {k: v for change in lifted.values() for k, v in change.items()}
        lifted["without all of these limits"] = everything
    answers = {what: solve(replace(p, **change)) for what, change in lifted.items()}
    found = [_lifted(asked, what, other) for what, other in answers.items() if isinstance(other, Fleet)]
    limits = [f"limits.{n} = {getattr(p, n):g}" for n in stated]
    stock = [f"{asked.kinds[k]} = {p.inventory[k]:g}" for k in np.flatnonzero(np.isfinite(p.inventory))]
    text = (
        "every workload can be served, but not within " + " and ".join([*limits, *stock])
        if found
        else "no fleet found in time"
    )
    return FleetInfeasible(
        version=__version__, proven=none.proven, binding_limit=text, nearest=found, purchases=len(asked.bought),
        assumptions=asked.texts,
    )  # fmt: skip


def _lifted(asked: _Asked, what: str, other: Fleet) -> Choice:
    used = usage(asked.problem, other.units)
    text = f"{what}: {_names(asked, other)}: {int(used['gpus'].max())} GPUs"
    return Choice(what=text, usd_per_hour=other.usd_per_hour, power_kw=float(used["power_kw"].max()), reason="")


def _assumptions(request: FleetRequest, coefficients: Coefficients) -> list[str]:
    texts = [
        confidence_text(request.confidence, coefficients),
        "a pool serves a mix of workloads in proportion: shares of its time add up to one",
        "reserved and owned machines run all day, others by the hour; each group of hours is planned for its busiest",
    ]
    if "spot" in request.scope.commitments:
        texts.append(f"{request.limits.interruption_allowance:.0%} of spot capacity is taken as gone")
    owned = [f"{o.name}: ${o.usd_per_hour:.3f} an hour owned, over {o.life_years:g} years (USD)" for o in request.owned]
    return texts + owned
