"""Why there is no fleet, and the nearest that there is."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from planner.fleet.alternatives import LIMITS, names_of
from planner.fleet.answer import Choice, FleetInfeasible
from planner.fleet.problem import Fleet, NoFleet, usage
from planner.fleet.question import FleetQuestion
from planner.fleet.request import FleetRequest
from planner.fleet.solve import solve
from planner.plan.context import Context
from planner.plan.explore import explore
from planner.plan.scope import under_usual_engine
from planner.version import __version__
from planner.words import counted


def nearest_slas(request: FleetRequest, context: Context, missing: dict[str, str]) -> list[Choice]:
    """What the SLA of each workload that no design serves would have to be."""
    found = []
    for w in request.workloads:
        if w.name in missing:
            answer = explore(under_usual_engine(request.alone(w), context.catalogs), context).answer
            if answer.status == "infeasible":
                found.append(
                    Choice(
                        what=f"{w.name}: {answer.nearest_change}", reason=answer.binding_limit, power_kw=None,
                        usd_per_hour=answer.nearest.cost.usd_per_hour if answer.nearest else None,
                    )
                )  # fmt: skip
    return found


def nothing_serves(missing: dict[str, str], near: list[Choice], count: int, texts: list[str]) -> FleetInfeasible:
    """A workload that no design serves: more machines would not help."""
    binding = "; ".join(f"{name}: {why}" for name, why in missing.items())
    return FleetInfeasible(
        version=__version__, proven=True, binding_limit=binding, nearest=near, purchases=count, assumptions=texts
    )


def beyond_limits(asked: FleetQuestion, none: NoFleet) -> FleetInfeasible:
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
    limits += [f"limits.max_spot_share = {p.max_spot_share:g}"] if p.max_spot_share < 1.0 else []
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


def _lifted(asked: FleetQuestion, what: str, other: Fleet) -> Choice:
    used = usage(asked.problem, other.units)
    text = f"{what}: {names_of(asked, other)}: {counted(int(used['gpus'].max()), 'GPU')}"
    return Choice(what=text, usd_per_hour=other.usd_per_hour, power_kw=float(used["power_kw"].max()), reason="")
