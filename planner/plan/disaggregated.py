"""Prefill and decode on separate replicas: prompts do not delay the tokens of others, and each phase scales by itself.

Prefill replicas are computed as replicas whose answers have one token, decode replicas as replicas without prompt work;
the cache moves between them. Both keep the same KV format on the same kind of machine.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from models_db.schema import Model
from planner.answers import Disaggregated, PhasePool, Plan
from planner.formulas.types import Array
from planner.frozen import dataclass
from planner.load import records
from planner.load.demand import Demand
from planner.physics.design import Designs
from planner.physics.kv_cache import cache_bytes
from planner.plan import cluster
from planner.plan.context import Context
from planner.request.request import Request, sla_key
from planner.search.candidates import best_rate, machines_for, pairs
from planner.search.market import Market
from planner.search.prepared import Prepared, prepare
from planner.traffic.lengths import lognormal

# Achieved share of a network's nominal rate; a choice in line with point-to-point RDMA.
NETWORK_SHARE = 0.8


@dataclass(frozen=True)
class _Phase:
    """Columns over (design, offer) pairs: replicas, machines and dollars of the cheapest of the batch `limits`."""

    designs: Designs
    limits: Array
    design: Array
    offer: Array
    limit: Array
    rate: Array
    replicas: Array
    machines: Array
    usd_per_hour: Array


def with_phases_apart(answer: Plan, request: Request, context: Context) -> Plan:
    """The plan with its disaggregated counterpart, where it is asked for and one meets the SLA."""
    if not request.scope.disaggregated:
        return answer
    assert answer.cluster.design is not None
    found = phases_apart(request, context, answer.cluster.design.model)
    if found is None:
        said = [*answer.assumptions, "prefill and decode apart: no pair of pools in scope meets the SLA"]
        return answer.model_copy(update={"assumptions": said})
    both = answer.cluster.cost.usd_per_hour
    ratio = found.usd_per_hour / both - 1.0
    text = f"{abs(ratio):.1%} {'more' if ratio > 0 else 'less'} than replicas that do both (${both:.2f})"
    return answer.model_copy(update={"disaggregated": found.model_copy(update={"against_both": text})})


def phases_apart(request: Request, context: Context, model: Model) -> Disaggregated | None:
    """The cheapest pair of pools; a limit on end-to-end latency is asked of the decode pool, which has most of it."""
    rented, designs, prepared = context.prepared(request, model)
    demand = prepared.curves.demand
    one_token = replace(demand, output=lognormal(1.0, 0.0))
    prompts = prepare(designs, one_token, context.coefficients, confidence=request.confidence)
    decodes = _without_prompts(prepared)
    if not len(prompts.designs) or not len(decodes.designs):
        return None
    moved = _transfer_s(designs, rented, demand)
    first = {k: v - float(moved.max(initial=0.0)) for k, v in request.sla.items() if sla_key(k)[0] == "ttft"}
    if any(limit <= 0 for limit in first.values()):
        return None
    after = {k: v for k, v in request.sla.items() if sla_key(k)[0] != "ttft"}
    a = _phase(prompts, rented, request, first or {"ttft_mean_s": 60.0})
    b = _phase(decodes, rented, request, after)
    best = _cheapest_pair(a, b, rented)
    return None if best is None else _answer(request, rented, a, b, *best, moved)


def _without_prompts(prepared: Prepared) -> Prepared:
    c = prepared.curves
    steps = np.maximum(c.step_s, 1e-12)
    grid = 2.0 ** np.arange(c.step_s.shape[1])
    rate = np.maximum.accumulate(grid[None, :] / (c.demand.osl * steps), axis=1)
    none = np.full_like(c.prompt_s, 1e-9)
    alone = replace(
        c, prompt_s=none, overhead=0.0 * c.overhead, per_step=np.full_like(c.per_step, np.inf), rate_per_s=rate
    )
    return replace(prepared, curves=alone)


def _transfer_s(designs: Designs, rented: Market, demand: Demand) -> Array:
    """Seconds to move the cache of a mean prompt over the slowest network in scope that is fast enough, by offer."""
    nbytes = float((cache_bytes(designs, np.array(np.ceil(demand.isl))) * designs.tp).min())
    gbps = np.array([offer.network_gbps or 0.0 for offer in rented.offers])[rented.networked]
    return nbytes / (gbps * 1e9 / 8.0 * NETWORK_SHARE)


def _phase(prepared: Prepared, rented: Market, request: Request, sla: dict[str, float]) -> _Phase:
    best = best_rate(prepared, sla)
    limit = best.argmax(axis=1)
    rate = best.max(axis=1)
    design, offer = pairs(prepared.designs, rented)
    able = (rate[design] > 0) & rented.networked[offer]
    design, offer = design[able], offer[able]
    replicas = (
        np.maximum(np.ceil(request.traffic.peak_per_s / rate[design] - 1e-9), 1.0) + request.limits.spare_replicas
    )
    machines = machines_for(replicas, prepared.designs.gpus_per_replica[design], rented.size[offer])
    usd = machines * rented.usd_per_hour[offer]
    return _Phase(
        prepared.designs, prepared.limits, design, offer, limit[design], rate[design], replicas, machines, usd
    )


def _cheapest_pair(a: _Phase, b: _Phase, rented: Market) -> tuple[int, int] | None:
    """Indices of the cheapest pools that share an offer and a KV format."""
    best: tuple[float, int, int] | None = None
    keys_a = a.offer * 64 + a.designs.kv[a.design]
    keys_b = b.offer * 64 + b.designs.kv[b.design]
    for key in np.intersect1d(keys_a, keys_b):
        mine, others = np.flatnonzero(keys_a == key), np.flatnonzero(keys_b == key)
        i, j = int(mine[a.usd_per_hour[mine].argmin()]), int(others[b.usd_per_hour[others].argmin()])
        total = float(a.usd_per_hour[i] + b.usd_per_hour[j])
        if best is None or total < best[0] - 1e-9:
            best = (total, i, j)
    return None if best is None else best[1:]


def _answer(request: Request, rented: Market, a: _Phase, b: _Phase, i: int, j: int, moved: Array) -> Disaggregated:
    def pool(p: _Phase, k: int) -> PhasePool:
        made = cluster.machine(rented, int(p.offer[k]), int(p.machines[k]), request.scope)
        return PhasePool(
            replica=records.replica(p.designs, int(p.design[k]), int(p.limits[p.limit[k]])),
            machine=made,
            replicas=int(p.replicas[k]),
            rate_per_replica_per_s=float(p.rate[k]),
            usd_per_hour=float(p.usd_per_hour[k]),
        )

    first, second = pool(a, i), pool(b, j)
    total = first.usd_per_hour + second.usd_per_hour
    return Disaggregated(
        prefill=first, decode=second, transfer_s=float(moved.max()), usd_per_hour=total, against_both=""
    )
