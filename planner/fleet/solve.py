"""The program of a fleet solved by HiGHS [Huangfu 2018] (`scipy.optimize.milp`).

Dollars an hour are minimized; among equals the order of the columns decides, so that the same prices give the same
fleet.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import numpy as np
from scipy.optimize import Bounds, milp

from planner.fleet.parts import joined, parts_of, within_limits
from planner.fleet.problem import Fleet, FleetProblem, NoFleet
from planner.fleet.program import TIE, ProgramLayout, bounds_of, cost_of, layout_of, rows_of, share_of
from planner.fleet.prune import undominated
from planner.formulas.types import Array

# The search stops by work, so that the same question has the same answer on any machine: by a gap, and by nodes of the
# tree, each of which takes longer the more variables there are. Within a second or two most gaps do not close.
WORK, LEAST_NODES, MOST_NODES = 6e5, 5, 500
# A program of many variables stops where it is this near to the best possible: the rest would take most of the time.
GAP, LARGE, LARGE_GAP = 1e-6, 2_000, 5e-3
# A count within 1e-6 of a whole number is one for HiGHS: smaller shares of a unit would be served by none.
LEAST_SHARE = 1e-4


def solve(problem: FleetProblem, *, apart: bool = True, gap: float = GAP) -> Fleet | NoFleet:
    """The cheapest fleet, proven so or with its gap; NoFleet when there is none.

    apart: try parts that share nothing one by one first, which does where the limits of the whole do not bind. gap: how
    near to the best bound is near enough.
    """
    parts = parts_of(problem) if apart else []
    if len(parts) > 1 and not (problem.current is not None and problem.usd_per_change):
        answers = [(_solve(part, gap), mine, columns) for part, mine, columns in parts]
        if any(isinstance(answer, NoFleet) for answer, _, _ in answers):
            return NoFleet(proven=all(a.proven for a, _, _ in answers if isinstance(a, NoFleet)))
        whole = joined(problem, answers)  # type: ignore[arg-type]
        if within_limits(problem, whole):
            return whole
    return _solve(problem, gap)


def _solve(asked: FleetProblem, gap: float) -> Fleet | NoFleet:
    j, w, t = asked.shape
    problem = _told_apart(asked)
    keep = np.flatnonzero(undominated(problem))
    fewer = problem.take(keep)
    layout = layout_of(fewer)
    near = max(gap, LARGE_GAP) if layout.count > LARGE else gap
    found = _milp(fewer, layout, near)
    if found is None or found.x is None:
        return NoFleet(proven=found is None or found.status == 2)
    small = _fleet(fewer, layout, found, near)
    small = _without_idle(fewer, replace(small, share=_shares(fewer, layout, small)))
    units, share = np.zeros((j, t)), np.zeros((w, j, t))
    asked_share = np.divide(asked.load, problem.load, out=np.zeros((w, t)), where=problem.load > 0)
    units[keep], share[:, keep] = small.units, small.share * asked_share[:, None, :]
    return replace(small, units=units, share=share)


def _told_apart(problem: FleetProblem) -> FleetProblem:
    """Loads that the solver tells from nothing: at least LEAST_SHARE of the fastest unit, where there is any."""
    least = LEAST_SHARE * problem.capacity.max(axis=1, keepdims=True, initial=0.0)
    return replace(problem, load=np.where(problem.load > 0, np.maximum(problem.load, least), 0.0))


def _milp(problem: FleetProblem, layout: ProgramLayout, gap: float) -> Any:
    """HiGHS's answer; None where a workload is served by nothing."""
    if (problem.capacity <= 0).all(axis=1).any():
        return None
    lower, upper = bounds_of(problem, layout)
    whole = np.zeros(layout.count, dtype=np.int8)
    whole[np.unique(layout.units)] = 1
    whole[layout.used] = 1
    nodes = int(np.clip(WORK / layout.count**2, LEAST_NODES, MOST_NODES))
    with _quiet():
        return milp(
            cost_of(problem, layout), integrality=whole, bounds=Bounds(lower, upper),
            constraints=rows_of(problem, layout).constraint(layout.count),
            options={"node_limit": nodes, "mip_rel_gap": gap},
        )  # fmt: skip


def _shares(problem: FleetProblem, layout: ProgramLayout, fleet: Fleet) -> Array:
    """W x J x T: each workload where a unit serves most of it, so that least of the units is used: the program leaves
    that open, and rounding would decide."""
    lower, upper = bounds_of(problem, layout)
    lower[layout.units] = upper[layout.units] = fleet.units
    lower[layout.used] = (fleet.units > 0).any(axis=1)[: len(layout.used)]
    cost = np.zeros(layout.count)
    rank = TIE * np.arange(problem.shape[0])
    cost[layout.share] = problem.hours + rank[layout.able[:, 1], None]
    found = milp(cost, bounds=Bounds(lower, upper), constraints=rows_of(problem, layout).constraint(layout.count))
    return share_of(problem, layout, found.x) if found.status == 0 else fleet.share


def _without_idle(p: FleetProblem, fleet: Fleet) -> Fleet:
    """The fleet without units that nothing is served by and that are not there already: free ones are bought or not
    within the solver's tolerance, spare ones where their kind serves at another time alone."""
    if p.current is not None:
        return fleet
    busy = fleet.share.sum(axis=0)
    needed = np.where(busy > 0, np.ceil(busy - 1e-6) + np.ceil(p.spare)[:, None], 0.0)
    needed = needed if p.least is None else np.maximum(needed, p.least)
    needed = np.where(p.steady[:, None], needed.max(axis=1, keepdims=True), needed)
    units = np.minimum(fleet.units, needed)
    return replace(fleet, units=units, usd_per_hour=float(p.usd_per_hour @ units @ p.hours))


@contextmanager
def _quiet() -> Iterator[None]:
    """HiGHS prints a line of its own when it stops early; standard output carries answers only."""
    if sys.stdout is None:
        yield
        return
    sys.stdout.flush()
    kept, nothing = os.dup(1), os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(nothing, 1)
        yield
    finally:
        os.dup2(kept, 1)
        os.close(kept)
        os.close(nothing)


def _fleet(p: FleetProblem, v: ProgramLayout, found: Any, near: float) -> Fleet:
    units = np.round(found.x[v.units])
    gap = float(found.mip_gap) if found.mip_gap is not None else 0.0
    proven = found.status == 0 and (near <= GAP or gap <= GAP)
    return Fleet(
        units=units,
        share=share_of(p, v, found.x),
        usd_per_hour=float(p.usd_per_hour @ units @ p.hours),
        usd_of_changes=float(p.usd_per_change * (found.x[v.more].sum() + found.x[v.fewer].sum())),
        gap=0.0 if proven else gap,
        proven=proven,
    )
