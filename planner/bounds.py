"""What a design can reach at best: most designs need no closer look.

A replica serves no more than its slots or the SLA's time per token let run, on the cheapest machine of its GPU. Designs
that others beat even so are left out before they are evaluated, but for those that may be on the Pareto front.
"""

from __future__ import annotations

import numpy as np

from planner.formulas.types import Array
from planner.inputs import Request, sla_key
from planner.offers import Market
from planner.search import Candidates, Prepared, best_rate, evaluate
from planner.serving import GRID, rate_at, undisturbed_e2e_s

# So few designs are all evaluated.
FEW = 96
# Designs reach their bound to a half, mostly: the guess is so many times the bound.
GUESS = 2.0
# The Pareto front ends at so many times the least dollars.
DEAREST = 10.0
LEVELS = 24
# A mean or a median may lie a little below an undisturbed step.
SLACK = 1.1
IDLE_PER_S = 1e-6


def least_usd_per_hour(prepared: Prepared, market: Market, request: Request) -> Array:
    """Least dollars (USD) an hour of each design; infinite where it can never serve."""
    designs, rate = prepared.designs, _most(prepared, request)
    each = np.full(len(market.gpus), np.inf)
    np.minimum.at(each, market.gpu, market.usd_per_hour / market.size)
    with np.errstate(divide="ignore"):
        replicas = np.ceil(request.sized_per_s / rate - 1e-9) + request.limits.spare_replicas
    return replicas * designs.gpus_per_replica * each[designs.gpu]


def _most(prepared: Prepared, request: Request) -> Array:
    """Arrivals a second of one replica with every slot taken, steps still within the limits on time per token."""
    c, slots = prepared.curves, prepared.slots.max(axis=1, initial=0.0)
    running = slots
    for key, limit in request.sla.items():
        metric, _ = sla_key(key)
        if metric == "tpot":
            holding = (c.step_s <= SLACK * limit).sum(axis=1)
            running = np.minimum(running, np.where(holding, GRID[np.minimum(holding, len(GRID) - 1)], 0.0))
    return np.where(running > 0.0, rate_at(c, np.arange(len(slots)), np.maximum(running, 1e-9)), 0.0)


def search(prepared: Prepared, market: Market, request: Request, *, best: int, front: bool = True) -> Candidates:
    """`evaluate` without the designs that cannot be among the `best` cheapest (GPU, format) pairs, nor on the front
    where that is asked for.

    Designs are taken up to a guess at what the last of these pairs costs. Where it turns out to cost more, those up to
    that are taken, too.
    """
    least = least_usd_per_hour(prepared, market, request)
    able = np.isfinite(least)
    if able.sum() <= FEW:
        return evaluate(prepared, market, request)
    d = prepared.designs
    upto = GUESS * _last_of(d.gpu * len(d.formats) + d.fmt, least, best)
    taken = able & (least <= upto)
    if front:
        taken[promising(least, _idle_s(prepared), each=5)] = True
    rates, fresh = np.zeros_like(prepared.slots), taken
    while True:
        rows = np.flatnonzero(fresh)
        rates[rows] = best_rate(prepared.take(rows), request.sla)
        rows = np.flatnonzero(taken)
        found = evaluate(prepared.take(rows), market, request, rates[rows])
        reached = _last_of(pair_of(found)[found.feasible], found.usd_per_hour[found.feasible], best)
        fresh = able & (least <= reached) & ~taken
        if not fresh.any():
            return found
        taken = taken | fresh


def _idle_s(prepared: Prepared) -> Array:
    rows = np.arange(len(prepared.designs))
    return undisturbed_e2e_s(prepared.curves, rows, np.full(len(rows), IDLE_PER_S))


def pair_of(found: Candidates) -> Array:
    """A number for the (GPU, weight format) of every candidate."""
    d, design = found.prepared.designs, found.design[found.row]
    return d.gpu[design] * len(d.formats) + d.fmt[design]


def _last_of(pairs: Array, usd: Array, best: int) -> float:
    """Dollars (USD) an hour of the `best`-cheapest pair; infinite where there are fewer."""
    if not len(pairs):
        return np.inf
    least = np.full(int(pairs.max()) + 1, np.inf)
    np.minimum.at(least, pairs, usd)
    return float(np.sort(least)[best - 1]) if len(least) >= best else np.inf


def promising(usd: Array, seconds: Array, *, each: int) -> Array:
    """Indices of the fastest `each` at every level of dollars up to DEAREST times the least."""
    least = float(np.min(usd))
    level = np.floor(LEVELS * np.log(np.maximum(usd / least, 1.0)) / np.log(DEAREST))
    rows = np.flatnonzero(level < LEVELS)
    rows = rows[np.lexsort((seconds[rows], level[rows]))]
    start = np.searchsorted(level[rows], level[rows], side="left")
    return np.sort(rows[np.arange(len(rows)) - start < each])
