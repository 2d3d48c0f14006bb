"""Every legal candidate of a scope, evaluated in bulk as numpy columns.

A candidate is a replica design, a batch limit, a number of replicas and an offer. Designs that do not
fit in memory are dropped first; the number of replicas follows from the rate a replica sustains within
the SLA; latency and cost are then evaluated for every row.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise

import numpy as np

from planner.formulas.types import Array
from planner.frozen import dataclass
from planner.load.curves import Curves, rate_at
from planner.load.latency import Latency, latency_of
from planner.physics.design import Designs
from planner.request.request import Request, sla_key
from planner.search.market import Market
from planner.search.prepared import Prepared

LOADS = 2.0 ** np.arange(-14.0, 12.01, 0.5)
# Shares of that load to try with a given number of slots; they step by two percent.
COARSE = float(LOADS[1] / LOADS[0])
SHARES = np.array([*np.geomspace(COARSE, 0.4, 63), 0.0])
STEP = 1.03
MAX_REPLICAS = 1e6
# Load that counts as none: running sequences of a replica. A few replicas with less are an answer to bursts of short
# requests; so many are the limits' own edge, where any load breaks them.
IDLE, MOST_IDLE = 0.05, 100.0
# Slots are no concern where fewer than this share of them would do; the load is known to within COARSE.
ROOMY = 0.4
# A figure and a limit that are the same number may be a digit of the computer apart.
EVEN = 1.0 + 1e-9
# Up to so many a call costs as much as what is tried in it.
FEW = 1500
# Candidates that are priced at once.
AT_ONCE = 2**18


@dataclass(frozen=True)
class Candidates:
    """M rows: the replica set (design, batch limit, replicas), the offer, machines and dollars.

    Replica sets are the same on several offers: `row` points into the columns `design`, `limit` and `replicas`, which
    have one entry a set. All meet the SLA; `feasible` tells which keep within the request's limits, too.
    """

    prepared: Prepared
    rate_per_s: float
    spare: int
    design: Array
    limit: Array
    replicas: Array
    row: Array
    offer: Array
    machines: Array
    usd_per_hour: Array
    feasible: Array

    def __len__(self) -> int:
        return len(self.row)

    def rate_of(self, sets: Array) -> Array:
        """Arrivals a second that one working replica of the sets sees."""
        return self.rate_per_s / (self.replicas[sets] - self.spare)

    def latency(self, sets: Array) -> Latency:
        design = self.design[sets]
        slots = self.prepared.slots[design, self.limit[sets]]
        return latency_of(self.prepared.curves, design, self.rate_of(sets), slots)


def meets(figures: Latency, sla: dict[str, float]) -> Array:
    """Whether every limit of the SLA holds."""
    ok = figures.utilization < 1.0
    for key, limit in sla.items():
        ok = ok & figures.within(*sla_key(key), limit)
    return ok


def best_rate(prepared: Prepared, sla: dict[str, float], free: Array | None = None) -> Array:
    """Arrivals a second that one replica serves within the SLA, D x L; zero where it never can.

    Shares of each batch limit are tried, up to `free`, the `roomy_concurrency` where it is known. A limit that does not
    bind leaves the rate of the one below.
    """
    slots, demand = prepared.slots, prepared.curves.demand
    free = roomy_concurrency(prepared, sla) if free is None else free
    before = np.concatenate([np.zeros_like(slots[:, :1]), slots[:, :-1]], axis=1)
    unbound = rate_at(prepared.curves, np.arange(len(free)), COARSE * free)[:, None]
    more = (slots > before) & (free > 0.0)[:, None]
    todo = more & (free[:, None] > ROOMY * before)
    tried, best = np.zeros_like(todo), np.zeros_like(slots)
    while todo.any():
        design, limit = np.nonzero(todo)
        best[design, limit] = _rate_of_slots(prepared.curves, design, free[design], slots[design, limit], sla)
        tried |= todo
        for i in range(1, slots.shape[1]):
            best[:, i] = np.where(tried[:, i], best[:, i], best[:, i - 1])
        # Bursts need more slots than the mean load tells.
        short = np.concatenate([np.zeros_like(todo[:, :1]), best[:, :-1] < unbound], axis=1)
        todo = more & short & ~tried & (len(demand.levels) > 1 or demand.cv_arrival > 1.0)
    return best


def _rate_of_slots(c: Curves, design: Array, free: Array, slots: Array, sla: dict[str, float]) -> Array:
    """The largest rate that holds with `slots`, over SHARES of the load that slots or `free` allow."""
    load = np.minimum(free, slots)

    def rate_of(at: Array, share: Array) -> Array:
        return rate_at(c, design[at], np.minimum(SHARES[share] * load[at], slots[at]))

    def holds(at: Array, share: Array) -> Array:
        return meets(_judged(c, design[at], rate_of(at, share), slots[at], sla), sla)

    found = _first(holds, np.full(len(design), -1), np.full(len(design), len(SHARES) - 1))
    return rate_of(np.arange(len(design)), found)


def _first(holds: Callable[[Array, Array], Array], low: Array, high: Array) -> Array:
    """The least index that holds, M of them, where `low` does not and `high` does, by halves, two at a time.

    `holds` takes positions in M and the index to try at each. As calls are dear, both quarters are tried with the half
    where these are few: one of them is not needed, and says nothing.
    """
    open_ = np.flatnonzero(high - low > 1)
    while len(open_):
        below, gap = low[open_], (high - low)[open_]
        tried = below[:, None] + gap[:, None] * np.arange(1, 4) // 4
        needed, ok = np.diff(tried, axis=1, prepend=below[:, None]) > 0, np.zeros(tried.shape, dtype=bool)
        if len(open_) > FEW:
            ok[:, 1] = holds(open_, tried[:, 1])
            needed &= np.column_stack([ok[:, 1], np.zeros_like(open_, dtype=bool), ~ok[:, 1]])
        ok[needed] = holds(np.broadcast_to(open_[:, None], tried.shape)[needed], tried[needed])
        half, end = ok[:, 1], np.where(ok[:, 1], tried[:, 0], tried[:, 2])
        at_end = np.where(half, ok[:, 0], ok[:, 2])
        low[open_] = np.where(at_end, np.where(half, below, tried[:, 1]), end)
        high[open_] = np.where(at_end, end, np.where(half, tried[:, 1], high[open_]))
        open_ = np.flatnonzero(high - low > 1)
    return high


def _judged(c: Curves, rows: Array, rate: Array, slots: Array, sla: dict[str, float]) -> Latency:
    """Latency with end-to-end left out where no limit asks for it."""
    return latency_of(c, rows, rate, slots, whole=any(key.startswith("e2e") for key in sla))


def roomy_concurrency(prepared: Prepared, sla: dict[str, float]) -> Array:
    """The most running sequences of LOADS at which a replica keeps the SLA with slots to spare; D."""
    c, slots = prepared.curves, prepared.slots.max(axis=1, initial=0.0)
    room = 0.98 * slots

    def holds(rows: Array, n: Array) -> Array:
        return meets(_judged(c, rows, rate_at(c, rows, n), slots[rows], sla), sla)

    rows = np.arange(len(slots))
    rows = rows[holds(rows, np.minimum(LOADS[0], room))]
    loads = LOADS[::-1]
    least = _first(
        lambda at, load: holds(rows[at], np.minimum(loads[load], room[rows[at]])),
        np.full(len(rows), -1), np.full(len(rows), len(loads) - 1),
    )  # fmt: skip
    found = np.zeros(len(slots))
    found[rows] = np.minimum(loads[least], room[rows])
    return found


def evaluate(prepared: Prepared, market: Market, request: Request, best: Array | None = None) -> Candidates:
    """All candidates of the prepared designs against the offers; `best`: their `best_rate` where it is known."""
    rate, spare = request.traffic.peak_per_s, request.limits.spare_replicas
    best = best_rate(prepared, request.sla) if best is None else best
    # A larger batch limit that serves no more is no candidate.
    gains = np.diff(best, axis=1, prepend=0.0) != 0.0
    needed = np.maximum(
        np.ceil(np.divide(rate, best, out=np.full_like(best, np.inf), where=(best > 0) & gains) - 1e-9), 1.0
    )
    needed = needed - _one_less_does(prepared, request, best, needed)
    needed = np.where((needed > MOST_IDLE) & ~carries_load(prepared, best), np.inf, needed)
    design, limit, working = _replica_rows(needed)
    replicas = working + spare
    pair_design, pair_offer = pairs(prepared.designs, market)
    order = np.argsort(design, kind="stable")
    start = np.searchsorted(design[order], np.arange(len(prepared.designs) + 1))
    counts = (start[1:] - start[:-1])[pair_design]
    size, ends = prepared.designs.gpus_per_replica[design], np.cumsum(counts)
    found = _empty(int(ends[-1]) if len(ends) else 0)
    for some in _parts(ends):
        row = order[_ranges(start[pair_design[some]], counts[some])]
        offer = np.repeat(pair_offer[some], counts[some])
        machines = machines_for(replicas[row], size[row], market.size[offer])
        cost = machines * market.usd_per_hour[offer]
        allowed = within_limits(request, machines, cost, market, offer)
        here = slice(int(ends[some][0] - counts[some][0]), int(ends[some][-1]))
        for column, values in zip(found, (row, offer, machines, cost, allowed), strict=True):
            column[here] = values
    return Candidates(prepared, rate, spare, design, limit, replicas, *found)


def carries_load(prepared: Prepared, best: Array) -> Array:
    """Whether a replica serves more within the SLA than load that counts as none, D x L by the `best_rate`: replicas
    that do not would serve any rate, without number."""
    idle_per_s = rate_at(prepared.curves, np.arange(len(best)), np.full(len(best), IDLE))
    carries: Array = best >= idle_per_s[:, None]
    return carries


def _empty(rows: int) -> tuple[Array, Array, Array, Array, Array]:
    """Columns of so many candidates: replica set, offer, machines, dollars, feasible."""
    kinds = (np.int32, np.int32, float, float, bool)
    row, offer, machines, usd, able = (np.empty(rows, dtype=kind) for kind in kinds)
    return row, offer, machines, usd, able


def _parts(ends: Array) -> list[slice]:
    """Pairs by the number of their last candidate, some at a time: the columns that theirs follow from would take more
    memory than what is kept."""
    total = int(ends[-1]) if len(ends) else 0
    edges = [0, *np.searchsorted(ends, np.arange(AT_ONCE, total, AT_ONCE)).tolist(), len(ends)]
    return [slice(a, b) for a, b in pairwise(edges) if b > a]


def _one_less_does(prepared: Prepared, request: Request, best: Array, needed: Array) -> Array:
    """Where one replica less meets the SLA, too, as `best` is known to a step only; D x L."""
    less = np.divide(request.traffic.peak_per_s, needed - 1.0, out=np.full_like(needed, np.inf), where=needed > 1.0)
    design, limit = np.nonzero(np.isfinite(needed) & (less < STEP * best))
    figures = _judged(prepared.curves, design, less[design, limit], prepared.slots[design, limit], request.sla)
    out = np.zeros_like(needed)
    out[design, limit] = meets(figures, request.sla)
    return out


def _replica_rows(needed: Array) -> tuple[Array, Array, Array]:
    """Design, limit and replica count of every row: the least that does, and some more."""
    base = np.where(needed <= MAX_REPLICAS, needed, np.inf)
    options = np.stack([base, base + 1, np.ceil(1.5 * base), 2 * base], axis=2)
    keep = np.broadcast_to(np.isfinite(base)[:, :, None], options.shape).copy()
    keep[:, :, 1:] &= options[:, :, 1:] != options[:, :, :-1]
    design, limit, _ = np.nonzero(keep)
    return design, limit, options[keep]


def pairs(designs: Designs, market: Market) -> tuple[Array, Array]:
    """(design, offer) pairs that can be rented: same GPU, and a machine that holds the ranks that talk most, or
    several full ones with the network that their times count on."""
    sorted_ = np.argsort(market.gpu, kind="stable")
    start = np.searchsorted(market.gpu[sorted_], np.arange(len(market.gpus) + 1))
    counts = (start[1:] - start[:-1])[designs.gpu]
    design = np.repeat(np.arange(len(designs)), counts)
    offer = sorted_[_ranges(start[designs.gpu], counts)]
    size, machine = designs.gpus_per_replica[design], market.size[offer]
    ranks, whole = (designs.tp * designs.dp)[design], size % machine == 0
    full = np.array([gpu.joined.inside.machine for gpu in market.gpus])[market.gpu[offer]]
    inside = (ranks <= machine) & ((size <= machine) | (whole & market.networked[offer]))
    # Times of ranks on several machines are those of full machines.
    across = (ranks > machine) & (ranks > full) & (machine >= full) & whole & market.wide[offer]
    kept = inside | across
    return design[kept], offer[kept]


def _ranges(starts: Array, counts: Array) -> Array:
    """Concatenated ranges start..start+count."""
    ends = np.cumsum(counts)
    return np.arange(int(ends[-1]) if len(ends) else 0) - np.repeat(ends - counts - starts, counts)


def machines_for(replicas: Array, size: Array, machine: Array) -> Array:
    packed = np.ceil(replicas / np.maximum(1, machine // size))
    return np.where(size <= machine, packed, replicas * size / machine)


def within_limits(request: Request, machines: Array, cost: Array, market: Market, offers: Array) -> Array:
    limits = request.limits
    ok = np.ones(machines.shape, dtype=bool)
    gpus = machines * market.size[offers]
    if limits.max_gpus is not None:
        ok &= gpus <= limits.max_gpus
    if limits.max_usd_per_hour is not None:
        ok &= cost <= limits.max_usd_per_hour * EVEN
    if limits.max_power_kw is not None:
        tdp = np.array([gpu.tdp_w or np.inf for gpu in market.gpus])[market.gpu[offers]]
        ok &= gpus * tdp / 1e3 <= limits.max_power_kw * EVEN
    return ok
