"""The choice among evaluated candidates: the winner, runners-up, the Pareto front, the limit that binds."""

from __future__ import annotations

import numpy as np

from planner import __version__, describe
from planner.deployment import Designs
from planner.formulas.types import Array
from planner.inputs import Request, sla_key
from planner.latency import latency_of
from planner.offers import Market
from planner.results import Cluster, FrontPoint, Plan, RunnerUp
from planner.search import BATCH_LIMITS, Candidates, Prepared, meets

RUNNERS_UP = 3
FRONT_POINTS = 12


def order(found: Candidates) -> Array:
    """Feasible rows, best first: dollars, then p95 end-to-end latency, then GPUs; ties keep catalog order."""
    rows = np.flatnonzero(found.feasible)
    sets = found.row[rows]
    e2e = np.round(found.latency.value("e2e", "p95")[sets], 3)
    gpus = found.prepared.designs.gpus_per_replica[found.design[sets]] * found.replicas[sets]
    return rows[np.lexsort((gpus, e2e, np.round(found.usd_per_hour[rows], 4)))]


def cluster(request: Request, found: Candidates, rented: Market, index: int) -> Cluster:
    row = int(found.row[index])
    design, limit = int(found.design[row]), int(found.limit[row])
    prepared = found.prepared
    breaks = breaking_rate(prepared, design, limit, request.sla)
    return describe.cluster(
        request,
        prepared.designs,
        prepared.memory,
        rented,
        row=design,
        limit=limit,
        slots=float(prepared.slots[design, limit]),
        max_sequences=int(BATCH_LIMITS[limit]),
        replicas=int(found.replicas[row]),
        offer=int(found.offer[index]),
        machines=int(found.machines[index]),
        breaks_at=float(breaks),
    )


def breaking_rate(prepared: Prepared, design: int, limit: int, sla: dict[str, float]) -> float:
    """Arrivals a second at which one replica breaks the SLA, by bisection."""
    slots = prepared.slots[design, limit]
    low, high = 0.0, float(prepared.curves.rate_per_s[design].max())
    for _ in range(6):
        tried = np.linspace(low, high, 34)[1:-1]
        rows = np.full(len(tried), design)
        ok = meets(latency_of(prepared.curves, rows, tried, np.full(len(tried), slots)), sla)
        last = int(np.argmin(ok)) if not ok.all() else len(ok)
        low, high = (tried[last - 1] if last else low), (tried[last] if last < len(tried) else high)
    return float(low)


def feasible(request: Request, designs: Designs, found: Candidates, rented: Market, texts: list[str]) -> Plan:
    ranked = order(found)
    winner = cluster(request, found, rented, int(ranked[0]))
    others = [cluster(request, found, rented, i) for i in _runner_rows(found, ranked)]
    dates = sorted(offer.as_of for offer in rented.offers)
    return Plan(
        version=__version__,
        cluster=winner,
        runners_up=[RunnerUp(cluster=other, loses_on=loses_on(winner, other)) for other in others],
        pareto=_front(found, ranked, rented),
        binding_limit=_binding(request, found, int(ranked[0])),
        confidence=request.confidence,
        candidates=len(found),
        designs=len(designs),
        prices_from=dates[0],
        prices_to=dates[-1],
        assumptions=texts,
    )


def _runner_rows(found: Candidates, ranked: Array) -> list[int]:
    """The best of each further (GPU, format), at most three."""
    d = found.prepared.designs
    designs = found.design[found.row[ranked]]
    key = d.gpu[designs] * len(d.formats) + d.fmt[designs]
    _, first = np.unique(key, return_index=True)
    return [int(ranked[i]) for i in np.sort(first)[1 : RUNNERS_UP + 1]]


def loses_on(winner: Cluster, other: Cluster) -> str:
    """Why `other` was not chosen, in one phrase."""
    extra = other.cost.usd_per_hour / winner.cost.usd_per_hour - 1.0
    if extra > 0.0005:
        return f"costs {extra:.1%} more (${other.cost.usd_per_hour:.2f} an hour)"
    slower = other.latency.e2e_s.p95 / winner.latency.e2e_s.p95 - 1.0
    if slower > 0.005:
        return f"same price, p95 end-to-end {slower:.0%} longer"
    return f"same price, {other.gpus} GPUs against {winner.gpus}"


def _front(found: Candidates, ranked: Array, rented: Market) -> list[FrontPoint]:
    """Feasible rows that no other beats in both dollars and p95 end-to-end latency, thinned to a dozen."""
    e2e = found.latency.value("e2e", "p95")[found.row[ranked]]
    best = np.minimum.accumulate(e2e)
    front = ranked[np.concatenate([[True], e2e[1:] < best[:-1] * 0.999])]
    picked = front[np.unique(np.linspace(0, len(front) - 1, min(FRONT_POINTS, len(front))).round().astype(int))]
    return [_front_point(found, int(i), rented) for i in picked]


def _front_point(found: Candidates, index: int, rented: Market) -> FrontPoint:
    row = int(found.row[index])
    d, k = found.prepared.designs, int(found.design[row])
    offer = rented.offers[found.offer[index]]
    figures = found.latency.take(row)

    def at(metric: str) -> float:
        return float(figures.value(metric, "p95"))

    return FrontPoint(
        usd_per_hour=float(found.usd_per_hour[index]),
        e2e_p95_s=at("e2e"),
        ttft_p95_s=at("ttft"),
        tpot_p95_s=at("tpot"),
        gpu=d.gpus[d.gpu[k]].name,
        weight_format=d.formats[d.fmt[k]].id,
        kv_format=d.kv_formats[d.kv[k]].id,
        split=split_text(d, k),
        replicas=int(found.replicas[row]),
        instance_type=offer.instance_type,
        provider=offer.provider,
    )


def split_text(d: Designs, row: int) -> str:
    parts = [f"{name}{int(getattr(d, name)[row])}" for name in ("tp", "pp", "ep", "dp")]
    return " ".join(part for part in parts if not part.endswith(("p1",)) or part.startswith("tp"))


def _binding(request: Request, found: Candidates, index: int) -> str:
    """What breaks first when the winner serves more than it does."""
    row = int(found.row[index])
    prepared = found.prepared
    design, limit = int(found.design[row]), int(found.limit[row])
    slots = prepared.slots[design, limit]
    working = found.replicas[row] - request.limits.spare_replicas
    served = working / request.pooling
    limit_rate = breaking_rate(prepared, design, limit, request.sla)
    tried = np.array([request.sized_per_s / working, limit_rate * 1.02, limit_rate * 1.1, limit_rate * 1.5])
    figures = latency_of(prepared.curves, np.full(len(tried), design), tried, np.full(len(tried), slots))
    for i in range(len(tried)):
        for key, bound in request.sla.items():
            value = float(figures.value(*sla_key(key))[i])
            if bound < value < np.inf:
                return f"{key} ({bound:g} s) breaks first, at {tried[i] * served:.3g} requests a second"
        if figures.utilization[i] >= 1.0:
            kind = "KV memory" if slots < BATCH_LIMITS[limit] else "batch limit"
            return f"saturation ({kind}) comes first, at {tried[i] * served:.3g} requests a second"
    return "none within 1.5 times the rate: the smallest cluster that holds the model suffices"
