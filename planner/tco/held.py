"""Ways to host as `plan` answers: the cheapest cluster of each that holds in its simulation."""

from __future__ import annotations

from dataclasses import replace
from math import inf

from planner.answers import Infeasible
from planner.plan.choice import RUNNERS_UP
from planner.plan.context import Context
from planner.plan.explore import Explored
from planner.plan.verified import Checked, verified_cluster
from planner.progress import Progress, each
from planner.request.request import Request
from planner.search.search import search
from planner.tco.hosting import Stalls, Way

SIMULATED = (
    "machines at this volume hold in a simulation, as those of plan; at other volumes they are in proportion, and a "
    "break-even is looked for with those that the closed form asks for"
)
BY_CLOSED_FORM = "machines are as many as the closed form asks for; plan simulates and may need fewer or more"
# Of a rate that is not served.
ALMOST = 1.0 - 1e-6


def held_ways(stalls: Stalls, request: Request, context: Context, progress: Progress | None = None) -> list[Way]:
    """At the volume of the request, those that meet its SLA only; progress: by stall."""
    found = [(name, _held(stalls, name, request, context)) for name in each([*stalls.stalls], progress)]
    held = [(name, one) for name, one in found if isinstance(one, Checked)]
    ways = [replace(stalls.way(request, name, one.cluster), simulated=one.run is not None) for name, one in held]
    return [_needing_all(way, request.traffic.average_per_s) for way in ways]


def _needing_all(way: Way, rate_per_s: float) -> Way:
    """The way, of which one machine serves no more than that fewer do not serve the rate."""
    fewer = way.serving - way.unit
    most = rate_per_s / fewer * ALMOST if fewer > 0 else inf
    return replace(way, capacity_per_s=min(way.capacity_per_s, most))


def _held(stalls: Stalls, name: str, request: Request, context: Context) -> Checked | Infeasible | None:
    rated, (market, _) = stalls.rated_at(request), stalls.stalls[name]
    prepared = rated.prepared
    if not len(prepared.designs):
        return None
    found = search(prepared, market, request, best=RUNNERS_UP + 1, rated=rated)
    explored = Explored(request, stalls.coefficients, prepared.designs, prepared, market, found, [], request, rated)
    return verified_cluster(explored, context, figures=True)
