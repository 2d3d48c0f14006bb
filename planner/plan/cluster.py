"""From columns to records: one candidate, one design, one latency as an answer."""

from __future__ import annotations

import numpy as np

from planner.answers import Cluster, Cost, Latencies, Machine
from planner.dates import age_days
from planner.formulas import cost as dollars
from planner.formulas.power import board_power_w
from planner.formulas.types import Array
from planner.frozen import dataclass
from planner.load.curves import Curves
from planner.load.grid import at_index, grid_position
from planner.load.latency import latency
from planner.load.records import ground, latencies, memory, percentiles_of, replica
from planner.physics.coefficients import Coefficients
from planner.plan.quality import quality
from planner.request.request import OWNED, Request, Scope
from planner.search.market import Market
from planner.search.prepared import Prepared


def costs(request: Request, c: Curves, replicas: Array, usd_per_hour: Array, *, generates: bool = True) -> list[Cost]:
    """Dollars of the designs of `c`; tokens are priced by the device time they take at the average rate."""
    rate, demand = request.traffic.average_per_s, c.demand
    per_replica = latency(c, rate / replicas, np.full(len(replicas), 1e9))
    running = per_replica.running
    rows = np.arange(len(replicas))
    prompt = at_index(c.prompt_s, rows, grid_position(running))
    each = per_replica.value("tpot", "mean") if demand.has_gaps else at_index(c.step_s, rows, grid_position(running))
    tokens_s = demand.osl * np.maximum(0.0, each) / np.maximum(1.0, running)
    share = prompt / (prompt + tokens_s) if generates else np.ones_like(prompt)
    return [
        Cost(
            usd_per_hour=usd,
            usd_per_month=float(dollars.usd_per_month(usd)),
            usd_per_million_input_tokens=float(dollars.usd_per_million(usd * part, rate * demand.isl)),
            usd_per_million_output_tokens=float(dollars.usd_per_million(usd * (1 - part), rate * demand.osl)),
        )
        for usd, part in zip(usd_per_hour.tolist(), share.tolist(), strict=True)
    ]


def machine(market: Market, offer: int, count: int, scope: Scope) -> Machine:
    found = market.offers[offer]
    age = age_days(found.as_of, scope.as_of) if scope.as_of is not None and found.as_of else None
    return Machine(
        provider=found.provider,
        instance_type=found.instance_type,
        region=found.region,
        gpu=market.gpus[market.gpu[offer]].name,
        gpus=int(market.size[offer]),
        count=count,
        commitment=OWNED if found.provider == OWNED else scope.commitment,
        usd_per_hour_each=float(market.usd_per_hour[offer]),
        offer_class=found.offer_class,
        price_as_of=found.as_of,
        price_age_days=age,
        price_flags=list(found.flags),
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


def clusters(request: Request, chosen: Chosen, market: Market, coefficients: Coefficients) -> list[Cluster]:
    """Complete candidates at the asked rate; latencies are the central prediction, not the cautious one."""
    designs = chosen.prepared.designs
    central = chosen.prepared.curves.central
    working = chosen.replicas - request.limits.spare_replicas
    figures = latency(central, request.traffic.peak_per_s / working, chosen.slots, sharing=working)
    bills = costs(
        request, central, working, chosen.machines * market.usd_per_hour[chosen.offer],
        generates=designs.model.task == "generate",
    )  # fmt: skip
    percentiles, busy = percentiles_of(figures), figures.utilization.tolist()
    return [
        _cluster(
            request, chosen, market, i, latencies(percentiles, i, ground(designs, i, coefficients), coefficients),
            busy[i], bills[i],
        )
        for i in range(len(designs))
    ]  # fmt: skip


def utilization(asked_per_s: float, breaks_at_per_s: float) -> float:
    """The asked share of the rate that breaks; 1 at most, as what is planned holds."""
    return min(1.0, asked_per_s / breaks_at_per_s) if breaks_at_per_s > 0.0 else 1.0


def _cluster(
    request: Request, chosen: Chosen, market: Market, row: int, latency_s: Latencies, busy: float, bill: Cost
) -> Cluster:
    designs, limit, offer = chosen.prepared.designs, int(chosen.limit[row]), int(chosen.offer[row])
    replicas, spare = int(chosen.replicas[row]), request.limits.spare_replicas
    machines = int(chosen.machines[row])
    gpus = machines * int(market.size[offer])
    breaks_at = float(chosen.breaks_at[row]) * (replicas - spare)
    tdp_w = designs.gpus[designs.gpu[row]].tdp_w
    made = Cluster(
        machine=machine(market, offer, machines, request.scope),
        replica=replica(designs, row, int(chosen.prepared.limits[limit])),
        replicas=replicas,
        spare_replicas=spare,
        gpus=gpus,
        cost=bill,
        latency=latency_s,
        utilization=utilization(request.traffic.peak_per_s, breaks_at),
        sla_breaks_at_rate_per_s=breaks_at,
        memory=memory(designs, chosen.prepared.memory, row, limit, chosen.prepared.curves.demand),
        quality=quality(
            request, designs.model, designs.formats[designs.fmt[row]].id, designs.kv_formats[designs.kv[row]].id
        ),
        power_kw=gpus * float(board_power_w(tdp_w, min(1.0, busy) * (1.0 - spare / replicas))) / 1e3 if tdp_w else None,
    )
    return made.carrying(designs.take(np.array([row])))
