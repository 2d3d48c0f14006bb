"""Lower bounds on the cost of designs, from what one replica serves at most.

All slots taken, or as many as the limit on time per token allows, on the cheapest machine of the GPU.
"""

from __future__ import annotations

import numpy as np

from planner.formulas.types import Array
from planner.load.best_case import BestCase
from planner.load.curves import Curves, rate_at
from planner.load.grid import GRID
from planner.physics.design import Designs
from planner.request.request import Request, sla_key
from planner.search.candidates import COARSE
from planner.search.market import Market
from planner.search.prepared import Prepared

# A mean or a median may lie a little below an undisturbed step.
SLACK = 1.25


def least_usd_per_hour(prepared: Prepared, market: Market, request: Request) -> Array:
    """Least dollars (USD) an hour of each design; infinite where it can never serve."""
    most = _most_per_s(prepared.curves, prepared.slots.max(axis=1, initial=0.0), request)
    return _usd_at(prepared.designs, market, request, most)


def least_at_best(best: BestCase, market: Market, request: Request) -> Array:
    """The same in the best case, which is no more."""
    return _usd_at(best.designs, market, request, _most_per_s(best, best.slots, request))


def least_at(prepared: Prepared, market: Market, request: Request, free: Array) -> Array:
    """`least_usd_per_hour` where the SLA allows `free` running sequences with slots to spare."""
    slots = prepared.slots.max(axis=1, initial=0.0)
    rate = rate_at(prepared.curves, np.arange(len(free)), np.maximum(np.minimum(COARSE * free, slots), 1e-9))
    return _usd_at(prepared.designs, market, request, np.where(free > 0.0, rate, 0.0))


def one_replica_usd_per_hour(designs: Designs, market: Market, request: Request, fits: Array) -> Array:
    """Dollars (USD) an hour of one replica and the spare ones, on the cheapest machine; infinite where it does not
    fit."""
    each = _each_usd(market)[designs.gpu]
    return np.where(fits, (1.0 + request.limits.spare_replicas) * designs.gpus_per_replica * each, np.inf)


def _each_usd(market: Market) -> Array:
    """Dollars (USD) an hour of one GPU of each kind, on its cheapest machine."""
    each = np.full(len(market.gpus), np.inf)
    np.minimum.at(each, market.gpu, market.usd_per_hour / market.size)
    return each


def _usd_at(designs: Designs, market: Market, request: Request, rate: Array) -> Array:
    """Dollars (USD) an hour with replicas that serve `rate` each, on the cheapest machine of their GPU."""
    each = _each_usd(market)
    with np.errstate(divide="ignore"):
        replicas = np.maximum(np.ceil(request.traffic.peak_per_s / rate - 1e-9), 1.0) + request.limits.spare_replicas
    return replicas * designs.gpus_per_replica * each[designs.gpu]


def _most_per_s(c: Curves | BestCase, slots: Array, request: Request) -> Array:
    """Arrivals a second of one replica with every slot taken, steps still within the limits on time per token."""
    running = slots
    for key, limit in request.sla.items():
        metric, _ = sla_key(key)
        if metric == "tpot" and c.demand.has_gaps:
            holding = (c.step_s <= SLACK * limit).sum(axis=1)
            running = np.minimum(running, np.where(holding, GRID[np.minimum(holding, len(GRID) - 1)], 0.0))
    return np.where(running > 0.0, rate_at(c, np.arange(len(slots)), np.maximum(running, 1e-9)), 0.0)
