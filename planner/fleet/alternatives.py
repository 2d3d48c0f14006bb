"""What binds a fleet, and what else could be bought."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from planner.fleet.answer import Binding, Choice
from planner.fleet.candidates import Purchase
from planner.fleet.problem import Fleet, FleetProblem, NoFleet, usage
from planner.fleet.question import FleetQuestion
from planner.fleet.solve import solve
from planner.formulas.types import Array

FRONT = (0.9, 0.8, 0.7, 0.6, 0.5)
LIMITS = ("max_gpus", "max_power_kw", "max_usd_per_hour")


def binding(asked: FleetQuestion, fleet: Fleet, used: dict[str, Array]) -> list[Binding]:
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
    parts = [
        f"{int(fleet.units[i].max())} x {p.machine} ({p.gpu.name}, {p.design.formats[p.design.fmt[0]].id})"
        for i, p in enumerate(asked.bought)
        if fleet.units[i].max() > 0
    ]
    return " + ".join(parts)


def only_with(asked: FleetQuestion, fleet: Fleet, name: str) -> Choice:
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
        f"costs {extra:.1%} more: {names_of(asked, other)}" if extra > 1e-6 else "as cheap: it is in the fleet, or ties"
    )
    return Choice(what=name, usd_per_hour=other.usd_per_hour, power_kw=kw, reason=reason)


def _words(p: Purchase) -> set[str]:
    d = p.design
    provider = p.offer.provider if p.offer else "owned"
    return {
        t.lower()
        for t in (p.gpu.id, p.gpu.name, *p.gpu.aliases, d.formats[d.fmt[0]].id, p.machine, provider, p.commitment)
    }
