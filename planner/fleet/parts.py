"""Workloads that share no purchase and no scarce machine are planned separately, as smaller programs."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from planner.fleet.problem import Fleet, FleetProblem, usage
from planner.formulas.types import Array

SLACK = 1e-6


def parts_of(problem: FleetProblem) -> list[tuple[FleetProblem, Array, Array]]:
    """(smaller problem without limits on the whole, its workloads, its columns) for each set that shares nothing."""
    count, workloads, _ = problem.shape
    w, j = np.nonzero(problem.capacity > 0)
    scarce = np.flatnonzero(np.isfinite(problem.inventory)[problem.kind])
    nodes = workloads + count
    ends = np.concatenate([workloads + j, nodes + problem.kind[scarce]])
    starts = np.concatenate([w, workloads + scarce])
    size = nodes + len(problem.inventory)
    links = coo_array((np.ones(len(starts)), (starts, ends)), shape=(size, size))
    _, label = connected_components(links, directed=False)
    free = replace(problem, max_gpus=np.inf, max_power_kw=np.inf, max_usd_per_hour=np.inf)
    found = []
    for name in dict.fromkeys(label[:workloads].tolist()):
        mine, columns = np.flatnonzero(label[:workloads] == name), np.flatnonzero(label[workloads:nodes] == name)
        part = free.take(columns)
        found.append((replace(part, capacity=part.capacity[mine], load=part.load[mine]), mine, columns))
    return found


def joined(problem: FleetProblem, found: list[tuple[Fleet, Array, Array]]) -> Fleet:
    """The parts' answers as one."""
    count, workloads, periods = problem.shape
    units, share = np.zeros((count, periods)), np.zeros((workloads, count, periods))
    for fleet, mine, columns in found:
        units[columns] = fleet.units
        share[np.ix_(mine, columns)] = fleet.share
    usd = sum(fleet.usd_per_hour for fleet, _, _ in found)
    gap = sum(fleet.gap * fleet.usd_per_hour for fleet, _, _ in found) / max(usd, 1e-12)
    changes = sum(fleet.usd_of_changes for fleet, _, _ in found)
    return Fleet(units, share, usd, changes, gap, all(fleet.proven for fleet, _, _ in found))


def within_limits(problem: FleetProblem, fleet: Fleet) -> bool:
    """Whether an answer found without limits on the whole keeps them."""
    used = usage(problem, fleet.units)
    return bool(
        (used["gpus"] <= problem.max_gpus + SLACK).all()
        and (used["power_kw"] <= problem.max_power_kw + SLACK).all()
        and fleet.usd_per_hour <= problem.max_usd_per_hour + SLACK
    )
