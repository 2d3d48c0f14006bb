"""The mixed-integer program of a fleet: its variables, rows, bounds and costs.

Variables: units bought for all periods x_j, units by the period y_jt, whether a kind is used z_j (where spares are
kept), the capacity each workload is given a_wjt, and changes against a running fleet.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from planner.fleet.problem import FleetProblem
from planner.fleet.rows import LinearRows
from planner.formulas.types import Array

# Among fleets of the same price the order of the columns decides.
TIE = 1e-7
MOST_UNITS = 1e6


@dataclass(frozen=True)
class ProgramLayout:
    """Where the variables are: units (J x T, steady ones repeat), shares by (w, j, t), used (J), more and fewer (J)."""

    units: Array
    share: Array
    used: Array
    more: Array
    fewer: Array
    count: int
    able: Array


def layout_of(p: FleetProblem) -> ProgramLayout:
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
    return ProgramLayout(units, share, used, more, fewer, at + 2 * len(more), able)


def rows_of(p: FleetProblem, v: ProgramLayout) -> LinearRows:
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


def _within_units(p: FleetProblem, v: ProgramLayout, rows: LinearRows, i: int, k: int, shares: Array) -> None:
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


def _limits(p: FleetProblem, v: ProgramLayout, rows: LinearRows) -> None:
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


def _spend(p: FleetProblem, v: ProgramLayout) -> Array:
    """Dollars an hour by variable, averaged over the day."""
    spend = np.zeros(v.count)
    for k in range(p.shape[2]):
        np.add.at(spend, v.units[:, k], p.usd_per_hour * p.hours[k])
    return spend


def cost_of(p: FleetProblem, v: ProgramLayout) -> Array:
    cost = _spend(p, v)
    rank = TIE * np.arange(1, p.shape[0] + 1) / p.shape[0]
    np.add.at(cost, v.units[:, 0], rank)
    cost[v.more] = p.usd_per_change
    cost[v.fewer] = p.usd_per_change
    return cost


def bounds_of(p: FleetProblem, v: ProgramLayout) -> tuple[Array, Array]:
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


def share_of(p: FleetProblem, v: ProgramLayout, x: Array) -> Array:
    """W x J x T, of the values of all variables."""
    j, w, t = p.shape
    share = np.zeros((w, j, t))
    share[v.able[:, 0], v.able[:, 1]] = np.maximum(x[v.share], 0.0)
    return share
