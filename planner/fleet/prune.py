"""Purchases that another one always beats are left out before the program is solved."""

from __future__ import annotations

import numpy as np

from planner.fleet.problem import FleetProblem
from planner.formulas.types import Array

BLOCK = 512


def undominated(problem: FleetProblem) -> Array:
    """Columns to keep, J booleans: j goes where some i costs no more, serves no workload less, uses no more of what is
    limited, and comes first among equals. Kinds with few machines beat nothing; what runs or must be bought is kept.
    """
    p = problem
    count = p.shape[0]
    scarce = np.isfinite(p.inventory)[p.kind]
    running = p.current > 0 if p.current is not None else np.zeros(count, dtype=bool)
    if p.least is not None:
        running = running | (p.least > 0).any(axis=1)
    features = [p.usd_per_hour, p.spare]
    if np.isfinite(p.max_gpus):
        features.append(p.gpus)
    if np.isfinite(p.max_power_kw):
        features.append(p.power_kw)
    if p.max_spot_share < 1.0:
        features.append(p.spot.astype(float))
    costs = np.array(features)
    keep = np.ones(count, dtype=bool)
    for start in range(0, count, BLOCK):
        mine = np.arange(start, min(count, start + BLOCK))
        beaten = np.ones((len(mine), count), dtype=bool)
        for row in costs:
            beaten &= row[None, :] <= row[mine, None]
        for row in p.capacity:
            beaten &= row[None, :] >= row[mine, None]
        # A purchase for good does not stand in for one by the period, nor a scarce machine for a free one.
        beaten &= p.steady[None, :] == p.steady[mine, None]
        beaten &= ~scarce[None, :]
        equal = (costs[:, None, :] == costs[:, mine, None]).all(axis=0)
        equal &= (p.capacity[:, None, :] == p.capacity[:, mine, None]).all(axis=0)
        first = np.arange(count)[None, :] < mine[:, None]
        beaten &= ~equal | first
        beaten[np.arange(len(mine)), mine] = False
        keep[mine] = ~beaten.any(axis=1) | running[mine]
    return keep & ((p.capacity > 0).any(axis=0) | running)
