"""What binds a fleet, and what else could be bought."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from models_db.formats import find_format
from planner.errors import PlannerError
from planner.fleet.answer import Binding, Choice
from planner.fleet.candidates import Purchase
from planner.fleet.problem import Fleet, FleetProblem, NoFleet, usage
from planner.fleet.question import FleetQuestion
from planner.fleet.request import FleetRequest, Workload
from planner.fleet.solve import solve
from planner.formulas.types import Array
from planner.plan.context import Context
from planner.plan.quality import quality
from planner.plan.scope import under_usual_engine
from planner.plan.why_not import obstacle

NEVER_CHEAPEST = "it could serve this, but on every machine another design costs less"
FRONT = (0.9, 0.8, 0.7, 0.6, 0.5)
# USD an hour that are worth naming.
LEAST_SAVED = 1e-3
# Dollars that differ by less than this share are the same.
TIES = 1e-6
LIMITS = ("max_gpus", "max_power_kw", "max_usd_per_hour")


def binding(asked: FleetQuestion, fleet: Fleet, used: dict[str, Array]) -> list[Binding]:
    """Limits within the smallest unit of what is used, and those within the largest that cost something, each with what
    one more of it would save."""
    p, found = asked.problem, []
    loads = {
        "max_gpus": used["gpus"].max(),
        "max_power_kw": used["power_kw"].max(),
        "max_usd_per_hour": fleet.usd_per_hour,
    }
    for name in LIMITS:
        value = getattr(p, name)
        small, large = _steps(name, p)
        if np.isfinite(value) and loads[name] > value - large:
            one = _one_more(fleet, f"limits.{name}", float(value), replace(p, **{name: value + 1.0}))
            found += [one] if loads[name] > value - small or one.saves_usd_per_hour > LEAST_SAVED else []
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


def _steps(name: str, p: FleetProblem) -> tuple[float, float]:
    """The smallest and the largest step of a limit that could matter."""
    if name == "max_usd_per_hour":
        return 0.01, 0.01
    units = p.gpus if name == "max_gpus" else p.power_kw
    return float(units.min()), float(units.max())


def _one_more(fleet: Fleet, name: str, value: float, wider: FleetProblem) -> Binding:
    better = solve(wider)
    saves = fleet.usd_per_hour - better.usd_per_hour if isinstance(better, Fleet) else 0.0
    return Binding(limit=name, value=value, saves_usd_per_hour=max(0.0, saves))


def front(asked: FleetQuestion, fleet: Fleet, power_kw: float) -> list[Choice]:
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
                what=names_of(asked, other),
                usd_per_hour=other.usd_per_hour,
                power_kw=kw,
                reason=f"at most {limit:.1f} kW",
            )
        )
    return found


def names_of(asked: FleetQuestion, fleet: Fleet) -> str:
    """What a fleet is made of, in one line."""
    parts: dict[str, int] = {}
    for i, p in enumerate(asked.bought):
        if (units := int(fleet.units[i].max())) > 0:
            what = f"{p.machine} ({p.gpu.name}, {p.design.formats[p.design.fmt[0]].id})"
            parts[what] = parts.get(what, 0) + units * p.machines
    return " + ".join(f"{count} x {what}" for what, count in parts.items())


def only_with(asked: FleetQuestion, fleet: Fleet, name: str, context: Context) -> Choice:
    """The cheapest fleet of one GPU, format or machine only, or why there is none, by workload."""
    wanted = name.strip().lower()
    mine = np.array([wanted in _words(p) for p in asked.bought])
    if not mine.any():
        reason = f"no purchase in scope has it: {_obstacles(asked.request.workloads, asked, context, name)}"
        return Choice(what=name, usd_per_hour=None, power_kw=None, reason=reason)
    only = replace(asked.problem, capacity=np.where(mine[None, :], asked.problem.capacity, 0.0))
    other = solve(only)
    if isinstance(other, NoFleet):
        short = [w for k, w in enumerate(asked.request.workloads) if not (only.capacity[k] > 0).any()]
        reason = _obstacles(short, asked, context, name) if short else _limited(asked.problem)
        return Choice(what=name, usd_per_hour=None, power_kw=None, reason=reason)
    extra = other.usd_per_hour - fleet.usd_per_hour
    kw = float(usage(asked.problem, other.units)["power_kw"].max())
    more = f"{extra / fleet.usd_per_hour:.1%}" if fleet.usd_per_hour else f"${extra:,.2f} an hour"
    ties = extra <= TIES * fleet.usd_per_hour
    reason = "as cheap: it is in the fleet, or ties" if ties else f"costs {more} more: {names_of(asked, other)}"
    return Choice(what=name, usd_per_hour=other.usd_per_hour, power_kw=kw, reason=reason)


def _obstacles(workloads: Sequence[Workload], asked: FleetQuestion, context: Context, name: str) -> str:
    """What stands in the way of each workload; those of one reason together."""
    found: dict[str, list[str]] = {}
    for w in workloads:
        reason = obstacle(under_usual_engine(asked.request.alone(w), context.catalogs), context, name)
        found.setdefault(reason or _left_out(asked.request, w, context, name), []).append(w.name)
    return "; ".join(f"{', '.join(names)}: {reason}" for reason, names in found.items())


def _left_out(request: FleetRequest, w: Workload, context: Context, name: str) -> str:
    """Why a fleet may not buy what a plan of one workload could stand on."""
    scope = request.scope
    if context.catalogs.hardware.match(name) is not None:
        return f"it could serve this, but scope.gpus names {', '.join(scope.gpus)}" if scope.gpus else NEVER_CHEAPEST
    try:
        weights = find_format(name).id
    except PlannerError:
        listed = scope.providers or scope.commitments
        return f"it could serve this, but the scope names {', '.join(listed)}"
    if scope.formats:
        return f"it could serve this, but scope.formats names {', '.join(scope.formats)}"
    alone, model = request.alone(w), context.catalogs.models.find(w.model).model
    lost = quality(alone, model, weights, "bf16")
    limit = f"more than quality.max_loss_pct = {request.quality.max_loss_pct:g} allows, or not known to be less"
    return NEVER_CHEAPEST if lost.within_limit or request.quality.any_quality else f"{lost.text}: {limit}"


def _limited(p: FleetProblem) -> str:
    """The limits on the whole that a fleet of one kind does not keep."""
    stated = [f"limits.{name} = {getattr(p, name):g}" for name in LIMITS if np.isfinite(getattr(p, name))]
    return f"every workload can be served, but not within {' and '.join([*stated, 'what is in stock'])}"


def _words(p: Purchase) -> set[str]:
    d = p.design
    provider = p.offer.provider if p.offer else "owned"
    return {
        t.lower()
        for t in (p.gpu.id, p.gpu.name, *p.gpu.aliases, d.formats[d.fmt[0]].id, p.machine, provider, p.commitment)
    }
