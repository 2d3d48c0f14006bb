"""The choice among evaluated candidates: the winner, runners-up, the Pareto front, the limit that binds."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import numpy as np

from models_db.checkpoints import WIDE_BITS, is_wide
from models_db.formats import find_format
from planner.answers import Cluster, FrontPoint, Plan, RunnerUp
from planner.dates import age_days
from planner.formulas.distinct import ascending
from planner.formulas.types import Array
from planner.load.curves import undisturbed_e2e_s
from planner.load.latency import latency_of
from planner.physics.coefficients import Coefficients
from planner.physics.design import Designs
from planner.physics.links import caveats
from planner.physics.own_memory import own_memory_text
from planner.physics.unproven import unproven
from planner.plan import cluster
from planner.plan.margins import no_limit, predicted
from planner.plan.prices import price_warnings
from planner.request.request import Request, sla_key
from planner.request.said import with_at_once
from planner.search.candidates import Candidates, meets
from planner.search.groups import pair_of
from planner.search.market import Market
from planner.search.prepared import Prepared
from planner.search.search import promising
from planner.version import __version__
from planner.words import counted

RUNNERS_UP = 3
FRONT_POINTS = 12
ROUNDS, TRIED = 4, 32
# Prices that differ by no more of one are the same.
SAME_SHARE = 0.0005


def leaders(found: Candidates, group: Array, *, most: int | None = None) -> Array:
    """The best feasible candidate of each group, best first; of the `most` cheapest groups only.

    Ranked by dollars, then how near the formats are to the checkpoint's own (what costs as much gives up nothing), then
    p95 end-to-end latency, then GPUs; ties keep catalog order. `group` numbers every candidate.
    """
    rows = np.flatnonzero(found.feasible)
    if not len(rows):
        return rows
    usd, mine = np.round(found.usd_per_hour[rows], 4), group[rows]
    least = np.full(int(mine.max()) + 1, np.inf)
    np.minimum.at(least, mine, usd)
    last = float(np.sort(least)[min(most or len(least), len(least)) - 1])
    tied = rows[(usd == least[mine]) & (usd <= last)]
    sets, inverse = np.unique(found.row[tied], return_inverse=True)
    e2e = found.latency(sets).value("e2e", "p95").round(3)[inverse]
    gpus = (found.prepared.designs.gpus_per_replica[found.design[sets]] * found.replicas[sets])[inverse]
    changed = changes(found.prepared.designs)[found.design[sets]][inverse]
    ranked = tied[np.lexsort((gpus, e2e, changed, found.usd_per_hour[tied].round(4)))]
    _, first = np.unique(group[ranked], return_index=True)
    return ranked[np.sort(first)][:most]


def changes(designs: Designs) -> Array:
    """Of each design, how far it is from the checkpoint: 1 where the cache has fewer bits, which is a flag, and 2 more
    where the weights are others, which have to be made."""
    own = find_format(designs.model.native.format)
    weights = [fmt.id != own.id and not (is_wide(fmt) and is_wide(own)) for fmt in designs.formats]
    caches = [kv.bits < WIDE_BITS for kv in designs.kv_formats]
    return 2 * np.array(weights, dtype=int)[designs.fmt] + np.array(caches, dtype=int)[designs.kv]


def winner(found: Candidates) -> int:
    """The best feasible candidate of all."""
    return int(leaders(found, np.zeros(len(found), dtype=int))[0])


def best_pairs(found: Candidates, most: int = RUNNERS_UP + 1) -> Array:
    """The winner and its runners-up, best first: one candidate of each pair of GPU and class of weight format."""
    return leaders(found, pair_of(found), most=most)


def clusters(
    request: Request, found: Candidates, rented: Market, picked: Sequence[int], coefficients: Coefficients
) -> list[Cluster]:
    """The candidates `picked` as records."""
    index = np.array(picked, dtype=int)
    sets = found.row[index]
    limit, prepared = found.limit[sets], found.prepared
    working = found.replicas[sets] - request.limits.spare_replicas
    breaks = breaking_rates(prepared, found.design[sets], limit, request.sla, working)
    slots = prepared.slots[found.design[sets], limit]
    chosen = cluster.Chosen(
        prepared.take(found.design[sets]), limit, slots, found.replicas[sets], found.offer[index],
        found.machines[index], breaks,
    )  # fmt: skip
    return cluster.clusters(request, chosen, rented, coefficients)


def breaking_rates(prepared: Prepared, design: Array, limit: Array, sla: dict[str, float], working: Array) -> Array:
    """Arrivals a second at which one of `working` replicas of each design breaks the SLA, by bisection."""
    slots = prepared.slots[design, limit]
    low, high = np.zeros(len(design)), prepared.curves.rate_per_s[design].max(axis=1)
    for _ in range(ROUNDS):
        tried = low[:, None] + (high - low)[:, None] * np.linspace(0.0, 1.0, TRIED + 2)[1:-1]
        figures = latency_of(
            prepared.curves, np.repeat(design, TRIED), tried.ravel(), np.repeat(slots, TRIED),
            sharing=np.repeat(working, TRIED),
            whole=any(key.startswith("e2e") for key in sla),
        )  # fmt: skip
        holding = np.cumprod(meets(figures, sla).reshape(tried.shape), axis=1).sum(axis=1)
        edges = np.concatenate([low[:, None], tried, high[:, None]], axis=1)
        rows = np.arange(len(design))
        low, high = edges[rows, holding], edges[rows, holding + 1]
    return low


def feasible(
    request: Request, designs: Designs, found: Candidates, rented: Market, texts: list[str], coefficients: Coefficients,
    picked: Sequence[int],
) -> Plan:  # fmt: skip
    """The plan without its simulation; `picked`: the `best_pairs` of what was found."""
    best, *others = clusters(request, found, rented, picked, coefficients)
    dates = sorted(offer.as_of for offer in rented.offers)
    return Plan(
        version=__version__,
        cluster=best,
        sla=predicted(found, int(picked[0]), request.sla),
        runners_up=[RunnerUp(cluster=other, loses_on=loses_on(best, other)) for other in others],
        pareto=_front(found, int(picked[0]), rented, request.scope.as_of),
        binding_limit=binding(request, found, int(picked[0]), best),
        confidence=request.confidence,
        candidates=len(found),
        designs=len(designs),
        prices_from=dates[0],
        prices_to=dates[-1],
        assumptions=[
            *with_at_once(texts, request, best.latency.e2e_s.mean),
            *_caveats(found, int(picked[0]), coefficients),
        ],
        warnings=[
            *price_warnings(best, request.scope),
            *no_limit(best.latency.ttft_s.p95, best.latency.tpot_s.p95, request),
        ],
        request=request,
    )


def _caveats(found: Candidates, index: int, coefficients: Coefficients) -> list[str]:
    """What the winner's links and memory rest on, and what of it was never measured."""
    kept = found.prepared.designs
    row = int(found.design[found.row[index]])
    linked, logged = caveats(kept.gpus[kept.gpu[row]], kept.split_at(row)), own_memory_text(kept, row, coefficients.own)
    return [*linked, *logged, *unproven(kept, row, coefficients)]


def loses_on(winner: Cluster, other: Cluster) -> str:
    """Why `other` was not chosen, in one phrase."""
    extra = other.cost.usd_per_hour / winner.cost.usd_per_hour - 1.0
    if extra > SAME_SHARE:
        return f"costs {extra:.1%} more (${other.cost.usd_per_hour:.2f} an hour)"
    if _lost(other) > _lost(winner):
        lost = _lost(other)
        return f"same price, loses {lost:.1f} % of the score" if lost < np.inf else "same price, loss not measured"
    slower = other.latency.e2e_s.p95 / winner.latency.e2e_s.p95 - 1.0
    if slower > 0.005:
        return f"same price, p95 end-to-end {slower:.0%} longer"
    return f"same price, {counted(other.gpus, 'GPU')} against {winner.gpus}"


def _lost(made: Cluster) -> float:
    """Percent of the score that its formats lose; infinite where nobody measured it."""
    if made.quality is None:
        return 0.0
    return np.inf if made.quality.loss_pct is None else round(made.quality.loss_pct, 1)


def _front(found: Candidates, best: int, rented: Market, on: date | None) -> list[FrontPoint]:
    """Candidates that no other beats in both dollars and p95 end-to-end latency, thinned to a dozen.

    `on`: the day that the age of prices counts to. At every level of dollars the p95 is computed for those that would
    be fastest without waiting.
    """
    rows = _cheapest_offers(found)
    sets = found.row[rows]
    quick = undisturbed_e2e_s(found.prepared.curves, found.design[sets], found.rate_of(sets))
    rows = np.concatenate([[best], rows[promising(found.usd_per_hour[rows], quick, each=6)]])
    figures = found.latency(found.row[rows])
    e2e = figures.value("e2e", "p95")
    ranked = np.lexsort((e2e, found.usd_per_hour[rows].round(4)))
    least = np.minimum.accumulate(e2e[ranked])
    front = ranked[np.concatenate([[True], e2e[ranked][1:] < least[:-1] * 0.999])]
    picked = front[ascending(np.linspace(0, len(front) - 1, min(FRONT_POINTS, len(front))).round().astype(int))]
    p95 = np.stack([figures.value(metric, "p95")[picked] for metric in ("e2e", "ttft", "tpot")], axis=1)
    return [_front_point(found, int(rows[i]), p95[n], rented, on) for n, i in enumerate(picked)]


def _cheapest_offers(found: Candidates) -> Array:
    """Of every replica set its cheapest feasible candidate, the first of several; in the order of their dollars."""
    rows = np.flatnonzero(found.feasible)
    usd, sets = found.usd_per_hour[rows], found.row[rows]
    least = np.full(len(found.replicas), np.inf)
    np.minimum.at(least, sets, usd)
    tied = rows[usd == least[sets]]
    tied = tied[np.unique(found.row[tied], return_index=True)[1]]
    tied.sort()
    cheapest: Array = tied[np.argsort(found.usd_per_hour[tied], kind="stable")]
    return cheapest


def _front_point(found: Candidates, index: int, p95: Array, rented: Market, on: date | None) -> FrontPoint:
    row = int(found.row[index])
    d, k = found.prepared.designs, int(found.design[row])
    offer = rented.offers[found.offer[index]]
    e2e, ttft, tpot = (float(value) for value in p95)
    return FrontPoint(
        usd_per_hour=float(found.usd_per_hour[index]),
        e2e_p95_s=e2e,
        ttft_p95_s=ttft,
        tpot_p95_s=tpot,
        gpu=d.gpus[d.gpu[k]].name,
        weight_format=d.formats[d.fmt[k]].id,
        kv_format=d.kv_formats[d.kv[k]].id,
        split=str(d.split_at(k)),
        replicas=int(found.replicas[row]),
        instance_type=offer.instance_type,
        provider=offer.provider,
        price_as_of=offer.as_of,
        price_age_days=age_days(offer.as_of, on) if on is not None and offer.as_of else None,
    )


def binding(request: Request, found: Candidates, index: int, best: Cluster) -> str:
    """What breaks first when the winner serves more than it does."""
    row = int(found.row[index])
    prepared = found.prepared
    design, limit = int(found.design[row]), int(found.limit[row])
    slots = prepared.slots[design, limit]
    working = float(found.replicas[row] - request.limits.spare_replicas)
    limit_rate = best.sla_breaks_at_rate_per_s / working
    tried = np.array([request.traffic.peak_per_s / working, limit_rate * 1.02, limit_rate * 1.1, limit_rate * 1.5])
    figures = latency_of(
        prepared.curves, np.full(len(tried), design), tried, np.full(len(tried), slots),
        sharing=np.full(len(tried), working),
    )  # fmt: skip
    for i in range(len(tried)):
        for key, bound in request.sla.items():
            value = float(figures.value(*sla_key(key))[i])
            if bound < value < np.inf:
                return f"{key} ({bound:g} s) breaks first, at {best.sla_breaks_at_rate_per_s:.3g} requests a second"
        if figures.utilization[i] >= 1.0:
            kind = "KV memory" if slots < prepared.limits[limit] else "batch limit"
            return f"saturation ({kind}) comes first, at {best.sla_breaks_at_rate_per_s:.3g} requests a second"
    if best.sla_breaks_by == "simulation" and len(request.sla):
        return f"bursts break the SLA in the simulation, at {best.sla_breaks_at_rate_per_s:.3g} requests a second"
    return "none within 1.5 times the rate: the smallest cluster that holds the model suffices"
