"""A fleet under more load than it was bought for: how far it holds, and what a larger one costs."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from scipy.optimize import Bounds, milp

from planner.fleet.answer import Stress
from planner.fleet.problem import Fleet, FleetProblem, NoFleet
from planner.fleet.rows import LinearRows
from planner.fleet.solve import solve
from planner.formulas.types import Array

# Load that a plan is tried with: half as much again.
LOAD_TIMES = 1.5
# Dollars of it are within 0.2 % of the best possible.
NEAR = 2e-3


def stressed(problem: FleetProblem, fleet: Fleet, load_times: float = LOAD_TIMES) -> Stress:
    """The fleet at `load_times` the load of all workloads; dollars are None where nothing is within the limits."""
    more = replace(problem, load=problem.load * load_times)
    extended = _usd_per_hour(solve(replace(more, least=fleet.units), gap=NEAR))
    replanned = _usd_per_hour(solve(more, gap=NEAR))
    if extended is not None and replanned is not None:
        replanned = min(replanned, extended)  # what is extended could be bought anew
    return Stress(
        load_times=load_times, holds_times=holds_times(problem, fleet.units),
        extended_usd_per_hour=extended, replanned_usd_per_hour=replanned,
    )  # fmt: skip


def _usd_per_hour(fleet: Fleet | NoFleet) -> float | None:
    return fleet.usd_per_hour if isinstance(fleet, Fleet) else None


def holds_times(p: FleetProblem, units: Array) -> float:
    """How many times the load of all workloads `units` (J x T) serve: the least over the periods, each by a linear
    program over the shares of the units."""
    return min(_holds_times(p, units[:, k], p.load[:, k]) for k in range(p.shape[2]))


def _holds_times(p: FleetProblem, units: Array, load: Array) -> float:
    """units: J; load: W, requests a second. Variables: the shares of what is used, then the multiple of the load."""
    w, j = np.nonzero((p.capacity > 0) & (units > 0))
    times, rows, served = len(w), LinearRows(), p.capacity[w, j]
    for i, rate in enumerate(load):
        mine = np.flatnonzero(w == i)
        rows.add(np.append(mine, times), np.append(served[mine], -rate), low=0.0, high=0.0)
        spot = mine[p.spot[j[mine]]]
        if p.max_spot_share < 1.0 and len(spot):
            rows.add(np.append(spot, times), np.append(served[spot], -p.max_spot_share * rate), high=0.0)
    for i in np.unique(j):
        mine = np.flatnonzero(j == i)
        rows.add(mine, np.ones(len(mine)), high=max(0.0, float(units[i] - p.spare[i])))
    most = np.append(np.zeros(times), -1.0)
    found = milp(most, constraints=rows.constraint(times + 1), bounds=Bounds(0.0, np.inf))
    return float(found.x[times]) if found.status == 0 else np.inf
