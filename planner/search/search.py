"""Lower bounds on the cost of designs, and the search that evaluates only designs whose bound is low enough.

The bound: all slots taken, or as many as the limit on time per token allows, on the cheapest machine of the GPU.
Designs whose bound is above the cost of others are not evaluated, except those that may be on the Pareto front.
"""

from __future__ import annotations

from math import ceil

import numpy as np

from planner.formulas.types import Array
from planner.frozen import dataclass
from planner.load.curves import rate_at, undisturbed_e2e_s
from planner.load.grid import GRID
from planner.physics.design import Designs, Ints
from planner.progress import Progress
from planner.request.request import Request, sla_key
from planner.search.candidates import COARSE, Candidates, best_rate, evaluate, roomy_concurrency
from planner.search.groups import pair_of, pairs
from planner.search.known import KnownRates
from planner.search.market import Market
from planner.search.prepared import Prepared

# So few designs are all evaluated.
FEW = 96
# Designs reach their bound to a half, mostly: the guess is so many times the bound.
GUESS = 3.0
# The same once the concurrency is known.
NARROW = 1.5
# The Pareto front ends at so many times the least dollars.
DEAREST = 10.0
LEVELS = 24
# A mean or a median may lie a little below an undisturbed step.
SLACK = 1.25
IDLE_PER_S = 1e-6
# So many designs are rated at once.
PART = 1024


def least_usd_per_hour(prepared: Prepared, market: Market, request: Request) -> Array:
    """Least dollars (USD) an hour of each design; infinite where it can never serve."""
    return _usd_at(prepared, market, request, _most(prepared, request))


def least_at(prepared: Prepared, market: Market, request: Request, free: Array) -> Array:
    """`least_usd_per_hour` where the SLA allows `free` running sequences with slots to spare."""
    slots = prepared.slots.max(axis=1, initial=0.0)
    rate = rate_at(prepared.curves, np.arange(len(free)), np.maximum(np.minimum(COARSE * free, slots), 1e-9))
    return _usd_at(prepared, market, request, np.where(free > 0.0, rate, 0.0))


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


def _usd_at(prepared: Prepared, market: Market, request: Request, rate: Array) -> Array:
    """Dollars (USD) an hour with replicas that serve `rate` each, on the cheapest machine of their GPU."""
    designs = prepared.designs
    each = _each_usd(market)
    with np.errstate(divide="ignore"):
        replicas = np.maximum(np.ceil(request.traffic.peak_per_s / rate - 1e-9), 1.0) + request.limits.spare_replicas
    return replicas * designs.gpus_per_replica * each[designs.gpu]


def _most(prepared: Prepared, request: Request) -> Array:
    """Arrivals a second of one replica with every slot taken, steps still within the limits on time per token."""
    c, slots = prepared.curves, prepared.slots.max(axis=1, initial=0.0)
    running = slots
    for key, limit in request.sla.items():
        metric, _ = sla_key(key)
        if metric == "tpot" and c.demand.has_gaps:
            holding = (c.step_s <= SLACK * limit).sum(axis=1)
            running = np.minimum(running, np.where(holding, GRID[np.minimum(holding, len(GRID) - 1)], 0.0))
    return np.where(running > 0.0, rate_at(c, np.arange(len(slots)), np.maximum(running, 1e-9)), 0.0)


@dataclass(frozen=True)
class DesignRates:
    """What designs serve within one SLA, as far as they were looked at: it depends on neither the rate nor the offers.

    known: of all designs that were asked about; rows: which of these those of `prepared` are, D.
    """

    prepared: Prepared
    sla: dict[str, float]
    known: KnownRates
    rows: Ints

    @classmethod
    def none_of(cls, prepared: Prepared, sla: dict[str, float]) -> DesignRates:
        """Nothing looked at yet."""
        known = KnownRates(np.full(len(prepared.designs), np.nan), np.full_like(prepared.slots, np.nan))
        return cls(prepared, sla, known, np.arange(len(prepared.designs)))

    @property
    def rates(self) -> Array:
        """`best_rate` as far as it is known, D x L; NaN where it is not."""
        return self.known.rates[self.rows]

    def free_of(self, rows: Array) -> Array:
        """`roomy_concurrency` of some designs."""
        new = rows[np.isnan(self.known.free[self.rows[rows]])]
        if len(new):
            self.known.free[self.rows[new]] = roomy_concurrency(self.prepared.take(new), self.sla)
        return self.known.free[self.rows[rows]]

    def rates_of(self, rows: Array) -> Array:
        """`best_rate` of some designs."""
        new = rows[np.isnan(self.known.rates[self.rows[rows], 0])]
        if len(new):
            self.known.rates[self.rows[new]] = best_rate(self.prepared.take(new), self.sla, self.free_of(new))
        return self.known.rates[self.rows[rows]]


def search(
    prepared: Prepared, market: Market, request: Request, *, best: int, front: bool = True,
    progress: Progress | None = None, rated: DesignRates | None = None,
) -> Candidates:  # fmt: skip
    """`evaluate` without the designs that cannot be among the `best` cheapest (GPU, format) pairs, nor on the front
    where that is asked for.

    Designs are looked at up to a guess at what the last of these pairs costs, and of these only the ones that may cost
    as little with the concurrency that the SLA allows. Where the last pair turns out to cost more, the others up to
    that follow. `rated`: what is known of `prepared` under the request's SLA, where it is asked about several times.
    """
    rated = DesignRates.none_of(prepared, request.sla) if rated is None else rated
    least = least_usd_per_hour(prepared, market, request)
    able = np.isfinite(least)
    if able.sum() <= FEW:
        return evaluate(prepared, market, request, rated.rates_of(np.arange(len(least))))
    d = prepared.designs
    pair = pairs(d)
    lasting = np.zeros(len(d), dtype=bool)
    if front:
        lasting[promising(least, _idle_s(prepared), each=5)] = True
    looked, judged = (np.zeros(len(d), dtype=bool) for _ in range(2))
    closer, done = np.full(len(d), np.inf), 0

    def told(rows: Array) -> None:
        nonlocal done
        done += len(rows)
        if progress is not None:
            progress(min(done, 2 * len(d)), 2 * len(d))

    def look(upto: float) -> None:
        rows = np.flatnonzero(((able & (least <= upto)) | lasting) & ~looked)
        if len(rows):
            closer[rows] = least_at(prepared.take(rows), market, request, rated.free_of(rows))
            looked[rows] = True
            told(rows)

    look(GUESS * _last_of(pair, least, best))
    upto = NARROW * _last_of(pair, closer, best)
    while True:
        look(upto)
        rows = np.flatnonzero(((np.isfinite(closer) & (closer <= upto)) | lasting) & ~judged)
        for part in np.array_split(rows, ceil(len(rows) / PART)) if len(rows) else []:
            rated.rates_of(part)
            judged[part] = True
            told(part)
        rows = np.flatnonzero(judged)
        found = evaluate(prepared.take(rows), market, request, rated.rates_of(rows))
        left = np.concatenate([least[able & ~looked], closer[np.isfinite(closer) & ~judged]])
        last = last_of(found, best)
        upto = last if front or np.isfinite(last) else _further(upto, left)
        if not (left <= upto).any():
            return found


def _further(upto: float, left: Array) -> float:
    """Dollars (USD) an hour up to which designs are looked at next where too few pairs were found, `left` what the
    others cost at least: the next of them may do."""
    return max(GUESS * upto, float(left.min(initial=np.inf)))


def _idle_s(prepared: Prepared) -> Array:
    rows = np.arange(len(prepared.designs))
    return undisturbed_e2e_s(prepared.curves, rows, np.full(len(rows), IDLE_PER_S))


def last_of(found: Candidates, best: int) -> float:
    """Dollars (USD) an hour of the `best`-cheapest pair of GPU and format found; infinite where there are fewer."""
    return _last_of(pair_of(found)[found.feasible], found.usd_per_hour[found.feasible], best)


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
    level = np.floor(LEVELS * np.log(np.maximum(usd / np.maximum(least, 1e-12), 1.0)) / np.log(DEAREST))
    rows = np.flatnonzero(level < LEVELS)
    rows = rows[np.lexsort((seconds[rows], level[rows]))]
    start = np.searchsorted(level[rows], level[rows], side="left")
    return np.sort(rows[np.arange(len(rows)) - start < each])
