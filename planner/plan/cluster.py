"""From columns to records: one candidate, one design, one latency as an answer."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from planner.answers import Basis, Cluster, Cost, Latencies, Machine, Memory, MemoryPart, Percentiles, Replica
from planner.formulas import cost as dollars
from planner.formulas.memory import GIB
from planner.formulas.power import board_power_w
from planner.formulas.types import Array
from planner.load.curves import Curves, at_index, claimed_tokens, grid_position
from planner.load.demand import Demand
from planner.load.latency import Latency, latency
from planner.physics import factors
from planner.physics.design import Designs
from planner.physics.footprint import Footprint, cache_bytes
from planner.physics.kernels import support
from planner.request.request import PERCENTILES, Request
from planner.search.candidates import BATCH_LIMITS, Prepared
from planner.search.market import Market


def ground(designs: Designs, row: int) -> Basis:
    """What the figures of a design rest on."""
    gpu, engine = designs.gpus[designs.gpu[row]], designs.engines[designs.engine[row]]
    return factors.basis(designs.model.id, gpu.id, engine.era, gpu.generation)


def latencies(figures: Latency, row: int, basis: Basis) -> Latencies:
    """The three latencies of one row; end-to-end takes the interval of its longer part."""

    def one(metric: str, figure: str) -> Percentiles:
        low, high = factors.interval_on(figure, basis)
        values = {p: float(np.ravel(figures.value(metric, p))[row]) for p in PERCENTILES}
        return Percentiles(**values, low=low, high=high, basis=basis)

    return Latencies(ttft_s=one("ttft", "ttft"), tpot_s=one("tpot", "tpot"), e2e_s=one("e2e", "tpot"))


def replica(designs: Designs, row: int, max_sequences: int) -> Replica:
    gpu, fmt = designs.gpus[designs.gpu[row]], designs.formats[designs.fmt[row]]
    engine = designs.engines[designs.engine[row]]
    answer = support(fmt, gpu, engine.id)
    return Replica(
        model=designs.model.id,
        weight_format=fmt.id,
        kv_format=designs.kv_formats[designs.kv[row]].id,
        support=answer.level,
        kernel=answer.kernel,
        engine=engine.id,
        tp=int(designs.tp[row]),
        pp=int(designs.pp[row]),
        ep=int(designs.ep[row]),
        dp=int(designs.dp[row]),
        gpus=int(designs.gpus_per_replica[row]),
        max_sequences=max_sequences,
        max_batched_tokens=engine.batched_tokens(gpu),
        draft_tokens=engine.draft_tokens,
    )


def memory(designs: Designs, parts: Footprint, row: int, limit: int, demand: Demand) -> Memory:
    """Memory of one GPU of design `row` under batch limit column `limit`."""

    def gib(values: object) -> float:
        table = np.asarray(values, dtype=float)
        if table.ndim < 2:
            return float(np.ravel(table)[min(row, table.size - 1)]) / GIB
        return float(table[min(row, table.shape[0] - 1), min(limit, table.shape[1] - 1)]) / GIB

    named = [MemoryPart(name=name, gib=gib(values)) for name, values in parts.parts().items()]
    total = gib(parts.total)
    one = designs.take(np.array([row]))
    claimed = claimed_tokens(one, demand)
    live = float(cache_bytes(one, claimed)[0])
    pool = gib(parts.kv_pool) * GIB
    ways = int(designs.dp[row] * designs.pp[row])
    sequences = int(pool // max(live, 1.0)) * ways
    return Memory(
        total_gib=total,
        budget_gib=gib(parts.budget),
        parts=named,
        free_gib=total - sum(part.gib for part in named),
        kv_tokens_per_replica=int(pool / max(live, 1.0) * float(claimed[0])) * ways,
        sequences_per_replica=sequences,
    )


def costs(request: Request, c: Curves, replicas: Array, usd_per_hour: Array) -> list[Cost]:
    """Dollars of the designs of `c`; tokens are priced by the device time they take at the average rate."""
    rate, demand = request.traffic.average_per_s, c.demand
    per_replica = latency(c, rate / replicas, np.full(len(replicas), 1e9))
    running = per_replica.running
    prompt = at_index(c.prompt_s, np.arange(len(replicas)), grid_position(running))
    tokens_s = demand.osl * np.maximum(0.0, per_replica.tpot.average) / np.maximum(1.0, running)
    share = prompt / (prompt + tokens_s)
    return [
        Cost(
            usd_per_hour=usd,
            usd_per_month=float(dollars.usd_per_month(usd)),
            usd_per_million_input_tokens=float(dollars.usd_per_million(usd * part, rate * demand.isl)),
            usd_per_million_output_tokens=float(dollars.usd_per_million(usd * (1 - part), rate * demand.osl)),
        )
        for usd, part in zip(usd_per_hour.tolist(), share.tolist(), strict=True)
    ]


def machine(market: Market, offer: int, count: int, commitment: str) -> Machine:
    found = market.offers[offer]
    return Machine(
        provider=found.provider,
        instance_type=found.instance_type,
        region=found.region,
        gpu=market.gpus[market.gpu[offer]].name,
        gpus=int(market.size[offer]),
        count=count,
        commitment=commitment,
        usd_per_hour_each=float(market.usd_per_hour[offer]),
        price_as_of=found.as_of,
        price_source=found.source,
    )


@dataclass(frozen=True)
class Chosen:
    """Candidates to describe, one row each: the design with its memory, the batch limit (index and slots), replicas
    with the spare ones, the offer, its machines, and the rate at which one replica breaks the SLA."""

    prepared: Prepared
    limit: Array
    slots: Array
    replicas: Array
    offer: Array
    machines: Array
    breaks_at: Array


def clusters(request: Request, chosen: Chosen, market: Market) -> list[Cluster]:
    """Complete candidates; latencies are the central prediction, not the cautious one."""
    designs = chosen.prepared.designs
    central = chosen.prepared.curves.central
    working = chosen.replicas - request.limits.spare_replicas
    figures = latency(central, request.sized_per_s / working, chosen.slots)
    bills = costs(request, central, working, chosen.machines * market.usd_per_hour[chosen.offer])
    return [_cluster(request, chosen, market, i, figures, bills[i]) for i in range(len(designs))]


def _cluster(request: Request, chosen: Chosen, market: Market, row: int, figures: Latency, bill: Cost) -> Cluster:
    designs, limit, offer = chosen.prepared.designs, int(chosen.limit[row]), int(chosen.offer[row])
    replicas, spare = int(chosen.replicas[row]), request.limits.spare_replicas
    machines = int(chosen.machines[row])
    gpus = machines * int(market.size[offer])
    utilization = float(figures.utilization[row])
    tdp_w = designs.gpus[designs.gpu[row]].tdp_w
    return Cluster(
        machine=machine(market, offer, machines, request.scope.commitment),
        replica=replica(designs, row, int(BATCH_LIMITS[limit])),
        replicas=replicas,
        spare_replicas=spare,
        gpus=gpus,
        cost=bill,
        latency=latencies(figures, row, ground(designs, row)),
        utilization=utilization,
        sla_breaks_at_rate_per_s=float(chosen.breaks_at[row]) * (replicas - spare) / request.pooling,
        memory=memory(designs, chosen.prepared.memory, row, limit, Demand.of(request)),
        power_kw=gpus * float(board_power_w(tdp_w, min(1.0, utilization))) / 1e3 if tdp_w else None,
    )
