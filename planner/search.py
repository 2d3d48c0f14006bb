"""Every legal candidate of a scope, evaluated in bulk as numpy columns.

A candidate is a replica design, a batch limit, a number of replicas and an offer. Designs that do not
fit in memory are dropped first; the number of replicas follows from the rate a replica sustains within
the SLA; latency and cost are then evaluated for every row.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from planner.demand import Demand
from planner.deployment import Designs
from planner.footprint import Footprint, cache_bytes, footprint
from planner.formulas.types import Array
from planner.inputs import Request, sla_key
from planner.latency import Latency, latency_of
from planner.offers import Market
from planner.serving import Curves, curves, held_of, rate_at, slots_of

BATCH_LIMITS = np.array([8.0, 32.0, 64.0, 128.0, 256.0, 1024.0])
LOADS = 2.0 ** np.arange(-6.0, 12.01, 0.5)
FINER = 4
SLOT_SHARES = (1.0, 0.97, 0.94, 0.9, 0.85, 0.8, 0.7, 0.6, 0.4)
MAX_REPLICAS = 1e6
# Slots are no concern where fewer than this share of them would do.
ROOMY = 0.6


@dataclass(frozen=True)
class Prepared:
    """Designs that fit, with their memory and curves; `slots` is D x L over BATCH_LIMITS, `kept` tells which of the
    designs asked about they are."""

    kept: Array
    designs: Designs
    memory: Footprint
    slots: Array
    curves: Curves


@dataclass(frozen=True)
class Candidates:
    """M rows: the replica set (design, batch limit, replicas), the offer, machines and dollars.

    Replica sets are evaluated once and rented on several offers: `row` points into the columns
    `design`, `limit`, `replicas` and `latency`, which have one entry a set.
    """

    prepared: Prepared
    design: Array
    limit: Array
    replicas: Array
    latency: Latency
    row: Array
    offer: Array
    machines: Array
    usd_per_hour: Array
    feasible: Array

    def __len__(self) -> int:
        return len(self.row)


def prepare(designs: Designs, demand: Demand, *, caution: float = 1.0) -> Prepared:
    """Drop what does not hold one sequence; compute memory, concurrency limits and curves of the rest."""
    memory = footprint(designs, max_sequences=BATCH_LIMITS)
    longest = cache_bytes(designs, np.array(np.ceil(demand.isl + demand.osl)))
    fits = (memory.kv_pool[:, 0] >= longest) & (longest >= 0)
    kept = designs.take(fits)
    memory = Footprint(*(_rows(getattr(memory, name), fits) for name in Footprint.__slots__))
    slots = slots_of(kept, memory.kv_pool, demand, BATCH_LIMITS[None, :])
    c = replace(curves(kept, demand, caution=caution), held=held_of(kept, memory.kv_pool, demand))
    return Prepared(np.flatnonzero(fits), kept, memory, slots, c)


def _rows(values: Array, keep: Array) -> Array:
    return values[keep] if np.ndim(values) and len(values) == len(keep) else values


def meets(figures: Latency, sla: dict[str, float]) -> Array:
    """Whether every limit of the SLA holds."""
    ok = figures.utilization < 1.0
    for key, limit in sla.items():
        ok = ok & figures.within(*sla_key(key), limit)
    return ok


def best_rate(prepared: Prepared, sla: dict[str, float]) -> Array:
    """Arrivals a second that one replica serves within the SLA, D x L; zero where it never can.

    The SLA is tested over a grid of loads with slots to spare, then at shares of each batch limit; a limit that does
    not bind leaves the rate of the one below.
    """
    d, limits = prepared.slots.shape
    free = _largest_concurrency(prepared.curves, prepared.slots.max(axis=1, initial=0.0), sla)
    unbound = rate_at(prepared.curves, np.arange(d), SLOT_SHARES[0] * free)
    best = np.zeros((d, limits))
    for i in range(limits):
        slots = prepared.slots[:, i]
        open_ = np.arange(d)
        if i > 0:
            best[:, i] = best[:, i - 1]
            before = prepared.slots[:, i - 1]
            bound = (free > ROOMY * before) | (best[:, i] < unbound)
            open_ = np.flatnonzero(bound & (slots > before))
        best[open_, i] = 0.0
        for share in SLOT_SHARES:
            n = share * np.minimum(free[open_], slots[open_])
            rate = rate_at(prepared.curves, open_, n)
            ok = meets(_judged(prepared.curves, open_, rate, slots[open_], sla), sla)
            best[open_[ok], i] = rate[ok]
            open_ = open_[~ok]
    return best


def _judged(c: Curves, rows: Array, rate: Array, slots: Array, sla: dict[str, float]) -> Latency:
    """Latency with end-to-end left out where no limit asks for it."""
    return latency_of(c, rows, rate, slots, whole=any(key.startswith("e2e") for key in sla))


def _largest_concurrency(c: Curves, slots: Array, sla: dict[str, float]) -> Array:
    """The most running sequences at which the SLA holds with slots to spare, by bisection over LOADS."""
    rows = np.arange(len(slots))
    low, high = np.full(len(slots), -1), np.full(len(slots), len(LOADS))
    while (high - low > 1).any():
        middle = np.clip((low + high) // 2, 0, len(LOADS) - 1)
        n = np.minimum(LOADS[middle], 0.98 * slots)
        ok = meets(_judged(c, rows, rate_at(c, rows, n), slots, sla), sla)
        active = high - low > 1
        low, high = np.where(active & ok, middle, low), np.where(active & ~ok, middle, high)
    reached, broken = np.where(low >= 0, LOADS[np.maximum(low, 0)], 0.0), LOADS[np.clip(high, 0, len(LOADS) - 1)]
    for _ in range(FINER):
        n = np.minimum(0.5 * (reached + broken), 0.98 * slots)
        ok = meets(_judged(c, rows, rate_at(c, rows, n), slots, sla), sla)
        reached, broken = np.where(ok, n, reached), np.where(ok, broken, n)
    return np.minimum(reached, 0.98 * slots)


def evaluate(prepared: Prepared, market: Market, request: Request) -> Candidates:
    """All candidates of the prepared designs against the offers."""
    rate = request.sized_per_s
    best = best_rate(prepared, request.sla)
    # A larger batch limit that serves no more is no candidate.
    gains = np.diff(best, axis=1, prepend=0.0) != 0.0
    needed = np.ceil(np.divide(rate, best, out=np.full_like(best, np.inf), where=(best > 0) & gains) - 1e-9)
    design, limit, replicas = _replica_rows(needed)
    figures = latency_of(prepared.curves, design, rate / replicas, prepared.slots[design, limit])
    good = meets(figures, request.sla)
    spare = replicas + request.limits.spare_replicas
    pair_design, pair_offer = pairs(prepared.designs, market)
    order = np.argsort(design, kind="stable")
    start = np.searchsorted(design[order], np.arange(len(prepared.designs) + 1))
    counts = (start[1:] - start[:-1])[pair_design]
    rows = order[_ranges(start[pair_design], counts)]
    offers = np.repeat(pair_offer, counts)
    size = prepared.designs.gpus_per_replica[design[rows]]
    machines = machines_for(spare[rows], size, market.size[offers])
    cost = machines * market.usd_per_hour[offers]
    feasible = good[rows] & _within(request, machines, cost, market, offers)
    return Candidates(prepared, design, limit, spare, figures, rows, offers, machines, cost, feasible)


def _replica_rows(needed: Array) -> tuple[Array, Array, Array]:
    """Design, limit and replica count of every row: the least that should do, one less, and some more."""
    _d, _limits = needed.shape
    base = np.minimum(needed, MAX_REPLICAS)
    options = np.stack([base - 1, base, base + 1, np.ceil(1.5 * base), 2 * base], axis=2)
    keep = np.isfinite(needed)[:, :, None] & (options >= 1)
    keep[:, :, 1:] &= options[:, :, 1:] != options[:, :, :-1]
    design, limit, _ = np.nonzero(keep)
    return design, limit, options[keep]


def pairs(designs: Designs, market: Market) -> tuple[Array, Array]:
    """(design, offer) pairs that can be rented: same GPU, and a machine that holds the ranks that talk most."""
    same = designs.gpu[:, None] == market.gpu[None, :]
    inside = (designs.tp * designs.dp)[:, None] <= market.size[None, :]
    whole = designs.gpus_per_replica[:, None] <= market.size[None, :]
    spans = (designs.gpus_per_replica[:, None] % market.size[None, :] == 0) & market.networked[None, :]
    designs_at, offers_at = np.nonzero(same & inside & (whole | spans))
    return designs_at, offers_at


def _ranges(starts: Array, counts: Array) -> Array:
    """Concatenated ranges start..start+count."""
    ends = np.cumsum(counts)
    return np.arange(int(ends[-1]) if len(ends) else 0) - np.repeat(ends - counts - starts, counts)


def machines_for(replicas: Array, size: Array, machine: Array) -> Array:
    packed = np.ceil(replicas / np.maximum(1, machine // size))
    return np.where(size <= machine, packed, replicas * size / machine)


def _within(request: Request, machines: Array, cost: Array, market: Market, offers: Array) -> Array:
    limits = request.limits
    ok = np.ones(len(machines), dtype=bool)
    gpus = machines * market.size[offers]
    if limits.max_gpus is not None:
        ok &= gpus <= limits.max_gpus
    if limits.max_usd_per_hour is not None:
        ok &= cost <= limits.max_usd_per_hour
    if limits.max_power_kw is not None:
        tdp = np.array([gpu.tdp_w or np.inf for gpu in market.gpus])[market.gpu[offers]]
        ok &= gpus * tdp / 1e3 <= limits.max_power_kw
    return ok
