"""The mixed-integer program of a fleet, solved by HiGHS [Huangfu 2018] (`scipy.optimize.milp`).

Variables: units bought for all periods x_j, units by the period y_jt, whether a kind is used z_j (where spares are
kept), the capacity each workload is given a_wjt, and changes against a running fleet. Dollars an hour are minimized;
among equals the order of the columns decides, so that the same prices give the same fleet.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from scipy.optimize import Bounds, milp

from planner.fleet.parts import joined, parts_of, within_limits
from planner.fleet.problem import Fleet, FleetProblem, NoFleet
from planner.fleet.prune import undominated
from planner.fleet.rows import LinearRows
from planner.formulas.types import Array

TIE = 1e-7
# The search stops by work, so that the same question has the same answer on any machine: by a gap, and by nodes of the
# tree, each of which takes longer the more variables there are. Within a second or two most gaps do not close.
WORK, LEAST_NODES, MOST_NODES = 6e5, 5, 500
# A program of many variables stops where it is this near to the best possible: the rest would take most of the time.
GAP, LARGE, LARGE_GAP = 1e-6, 2_000, 5e-3
MOST_UNITS = 1e6
# A count within 1e-6 of a whole number is one for HiGHS: smaller shares of a unit would be served by none.
LEAST_SHARE = 1e-4


@dataclass(frozen=True)
class _Layout:
    """Where the variables are: units (J x T, steady ones repeat), shares by (w, j, t), used (J), more and fewer (J)."""

    units: Array
    share: Array
    used: Array
    more: Array
    fewer: Array
    count: int
    able: Array


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
    layout = _layout(fewer)
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


def _milp(problem: FleetProblem, layout: _Layout, gap: float) -> Any:
    """HiGHS's answer; None where a workload is served by nothing."""
    if (problem.capacity <= 0).all(axis=1).any():
        return None
    lower, upper = _bounds(problem, layout)
    whole = np.zeros(layout.count, dtype=np.int8)
    whole[np.unique(layout.units)] = 1
    whole[layout.used] = 1
    nodes = int(np.clip(WORK / layout.count**2, LEAST_NODES, MOST_NODES))
    with _quiet():
        return milp(
            _cost(problem, layout), integrality=whole, bounds=Bounds(lower, upper),
            constraints=_rows(problem, layout).constraint(layout.count),
            options={"node_limit": nodes, "mip_rel_gap": gap},
        )  # fmt: skip


def _shares(problem: FleetProblem, layout: _Layout, fleet: Fleet) -> Array:
    """W x J x T: each workload where a unit serves most of it, so that least of the units is used: the program leaves
    that open, and rounding would decide."""
    lower, upper = _bounds(problem, layout)
    lower[layout.units] = upper[layout.units] = fleet.units
    lower[layout.used] = (fleet.units > 0).any(axis=1)[: len(layout.used)]
    cost = np.zeros(layout.count)
    rank = TIE * np.arange(problem.shape[0])
    cost[layout.share] = problem.hours + rank[layout.able[:, 1], None]
    found = milp(cost, bounds=Bounds(lower, upper), constraints=_rows(problem, layout).constraint(layout.count))
    return _share_of(problem, layout, found.x) if found.status == 0 else fleet.share


def _without_idle(p: FleetProblem, fleet: Fleet) -> Fleet:
    """The fleet without units that nothing is served by: free ones are bought or not within the solver's tolerance."""
    if p.current is not None or p.least is not None:
        return fleet
    busy = fleet.share.sum(axis=0)
    needed = np.where(busy > 0, np.ceil(busy - 1e-6) + np.ceil(p.spare)[:, None], 0.0)
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


def _layout(p: FleetProblem) -> _Layout:
    j, _, t = p.shape
    at = 0
    units = np.zeros((j, t), dtype=np.int64)
    for i in range(j):
        size = 1 if p.steady[i] else t
        units[i] = at if p.steady[i] else np.arange(at, at + t)
        at += size
    able = np.argwhere(p.capacity > 0)
    share = at + np.arange(len(able) * t).reshape(len(able), t)
    at += len(able) * t
    spares = bool((p.spare > 0).any())
    used = at + np.arange(j if spares else 0)
    at += len(used)
    changes = p.current is not None and p.usd_per_change > 0
    more = at + np.arange(j if changes else 0)
    fewer = at + len(more) + np.arange(len(more))
    return _Layout(units, share, used, more, fewer, at + 2 * len(more), able)


def _rows(p: FleetProblem, v: _Layout) -> LinearRows:
    j, w, t = p.shape
    rows = LinearRows()
    for i in range(w):
        mine = np.flatnonzero(v.able[:, 0] == i)
        for k in range(t):
            load = float(p.load[i, k])
            rows.add(v.share[mine, k], p.capacity[i, v.able[mine, 1]], low=load, high=load)
    for i in range(j):
        mine = np.flatnonzero(v.able[:, 1] == i)
        for k in range(t):
            _within_units(p, v, rows, i, k, v.share[mine, k])
    _limits(p, v, rows)
    if p.current is not None:
        for more, fewer, units, now in zip(v.more, v.fewer, v.units[:, 0], p.current, strict=False):
            rows.add(np.array([units, more, fewer]), np.array([1.0, -1.0, 1.0]), low=now, high=now)
    return rows


def _within_units(p: FleetProblem, v: _Layout, rows: LinearRows, i: int, k: int, shares: Array) -> None:
    """What workloads take of a kind is at most its units, less the spares of a kind that is used."""
    columns, values = [*shares, v.units[i, k]], [*np.ones(len(shares)), -1.0]
    if len(v.used) and p.spare[i] > 0:
        rows.add(np.array([*columns, v.used[i]]), np.array([*values, p.spare[i]]), high=0.0)
        most = _most_units(p, i) + p.spare[i]
        rows.add(np.array([v.units[i, k], v.used[i]]), np.array([1.0, -most]), high=0.0)
    else:
        rows.add(np.array(columns), np.array(values), high=0.0)


def _most_units(p: FleetProblem, i: int) -> float:
    """Units of kind `i` that would serve everything alone, spares apart."""
    able = p.capacity[:, i] > 0
    if not able.any():
        return 1.0
    return float(np.ceil((p.load[able] / p.capacity[able, i][:, None]).sum(axis=0).max()) + 1.0)


def _limits(p: FleetProblem, v: _Layout, rows: LinearRows) -> None:
    _, _, t = p.shape
    for k in range(t):
        columns = v.units[:, k]
        if np.isfinite(p.max_gpus):
            rows.add(columns, p.gpus, high=p.max_gpus)
        if np.isfinite(p.max_power_kw):
            rows.add(columns, p.power_kw, high=p.max_power_kw)
        for kind in np.flatnonzero(np.isfinite(p.inventory)):
            mine = p.kind == kind
            if mine.any():
                rows.add(columns[mine], p.machines[mine], high=float(p.inventory[kind]))
        if p.max_spot_share < 1.0 and p.spot.any():
            # The spot part of the capacity given to each workload.
            for i in range(p.shape[1]):
                mine = np.flatnonzero((v.able[:, 0] == i) & p.spot[v.able[:, 1]])
                if len(mine):
                    share = p.max_spot_share * float(p.load[i, k])
                    rows.add(v.share[mine, k], p.capacity[i, v.able[mine, 1]], high=share)
    if np.isfinite(p.max_usd_per_hour):
        spend = _spend(p, v)
        used = np.flatnonzero(spend)
        rows.add(used, spend[used], high=p.max_usd_per_hour)


def _spend(p: FleetProblem, v: _Layout) -> Array:
    """Dollars an hour by variable, averaged over the day."""
    spend = np.zeros(v.count)
    for k in range(p.shape[2]):
        np.add.at(spend, v.units[:, k], p.usd_per_hour * p.hours[k])
    return spend


def _cost(p: FleetProblem, v: _Layout) -> Array:
    cost = _spend(p, v)
    rank = TIE * np.arange(1, p.shape[0] + 1) / p.shape[0]
    np.add.at(cost, v.units[:, 0], rank)
    cost[v.more] = p.usd_per_change
    cost[v.fewer] = p.usd_per_change
    return cost


def _bounds(p: FleetProblem, v: _Layout) -> tuple[Array, Array]:
    upper = np.full(v.count, np.inf)
    for i in range(p.shape[0]):
        upper[v.units[i]] = min(MOST_UNITS, _most_units(p, i) + p.spare[i])
    if p.current is not None:
        np.maximum.at(upper, v.units[:, 0], p.current)
    upper[v.used] = 1.0
    lower = np.zeros(v.count)
    if p.least is not None:
        np.maximum.at(lower, v.units, p.least)
    return lower, np.maximum(lower, upper)


def _fleet(p: FleetProblem, v: _Layout, found: Any, near: float) -> Fleet:
    units = np.round(found.x[v.units])
    gap = float(found.mip_gap) if found.mip_gap is not None else 0.0
    proven = found.status == 0 and (near <= GAP or gap <= GAP)
    return Fleet(
        units=units,
        share=_share_of(p, v, found.x),
        usd_per_hour=float(p.usd_per_hour @ units @ p.hours),
        usd_of_changes=float(p.usd_per_change * (found.x[v.more].sum() + found.x[v.fewer].sum())),
        gap=0.0 if proven else gap,
        proven=proven,
    )


def _share_of(p: FleetProblem, v: _Layout, x: Array) -> Array:
    """W x J x T, of the values of all variables."""
    j, w, t = p.shape
    share = np.zeros((w, j, t))
    share[v.able[:, 0], v.able[:, 1]] = np.maximum(x[v.share], 0.0)
    return share
