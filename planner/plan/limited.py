"""Limits on the cluster that the closed form asks for too many replicas to keep: fewer may hold in a simulation."""

from __future__ import annotations

from dataclasses import replace
from math import isfinite

import numpy as np

from planner.answers import Infeasible
from planner.plan.cheapest import LEAST_SHARE, Held
from planner.plan.checks import Checker
from planner.plan.choice import RUNNERS_UP
from planner.plan.explore import Explored
from planner.plan.finished import as_simulated
from planner.plan.idle import beyond_text
from planner.plan.infeasible import NEAREST_BY_CLOSED_FORM, cluster_text
from planner.plan.sizes import Sizes
from planner.request.request import Request
from planner.search.candidates import Candidates, machines_for, within_limits
from planner.search.search import search


def without_limits(explored: Explored) -> Explored:
    """The candidates of the same question without limits on GPUs, dollars and power."""
    request = explored.request.unlimited
    return replace(explored, request=request, found=_found(explored, request, RUNNERS_UP + 1))


def within_reach(explored: Explored, best: int = RUNNERS_UP + 1) -> Explored:
    """The candidates of the same question that keep within its limits in LEAST_SHARE of the replicas that the closed
    form asks for: they count as feasible. Itself where it states no limits, and where no design holds the model.

    best: pairs of GPU and format that are looked at.
    """
    request, market = explored.request, explored.market
    if explored.found is None or not request.limits.most:
        return explored
    found = _found(explored, asked_for(request), best)
    least = found.spare + np.maximum(1.0, np.ceil(LEAST_SHARE * (found.replicas - found.spare)))
    size = found.prepared.designs.gpus_per_replica[found.design]
    machines = machines_for(least[found.row], size[found.row], market.size[found.offer])
    usd = machines * market.usd_per_hour[found.offer]
    able = within_limits(request, machines, usd, market, found.offer)
    return replace(explored, found=replace(found, feasible=able))


def asked_for(request: Request) -> Request:
    """The request with the limits on what the closed form may ask for, so that LEAST_SHARE of it is within its own."""
    return request.limited_to({name: most / LEAST_SHARE for name, most in request.limits.most.items()})


def kept_within(held: Held, request: Request) -> Held | None:
    """What holds, among the candidates that keep within the limits of a request; None where it does not itself."""
    explored = held.sizes.explored
    found, market = explored.found, explored.market
    assert found is not None
    able = within_limits(request, found.machines, found.usd_per_hour, market, found.offer)
    moved = replace(explored, request=request, found=replace(found, feasible=able))
    kept = replace(held, sizes=Sizes(moved))
    return kept if isfinite(kept.usd_per_hour) else None


def nearest_beyond(answer: Infeasible, held: Held, checker: Checker, broke: str = "") -> Infeasible:
    """A negative answer with what holds without its limits on the cluster as the nearest; broke: what a plan within
    them breaks."""
    c, _ = as_simulated(held.cluster, checker, fewer=held.fewer)
    said = [text for text in answer.assumptions if text != NEAREST_BY_CLOSED_FORM]
    binding = ": ".join(filter(None, (beyond_text(checker.request), broke)))
    update = {"binding_limit": binding, "nearest": c, "nearest_change": cluster_text(c), "assumptions": said}
    return answer.model_copy(update=update)


def _found(explored: Explored, request: Request, best: int) -> Candidates:
    return search(explored.prepared, explored.market, request, best=best, rated=explored.rated)
