"""Candidates near a plan: the same design with other numbers of replicas, and other designs at a price between."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from planner.answers import Plan
from planner.plan.choice import leaders, winner
from planner.plan.explore import Explored
from planner.search.candidates import Candidates, machines_for, within_limits
from planner.search.groups import kind_of

# Other designs that are looked at, cheapest first.
OTHERS = 3


def with_replicas(explored: Explored, replicas: int) -> Explored | None:
    """The winner's design with `replicas` replicas as the only candidate; None where that is beyond the limits."""
    found, market = explored.found, explored.market
    assert found is not None
    at = winner(found)
    row, offers = found.row[at], found.offer[[at]]
    count, size = np.array([float(replicas)]), found.prepared.designs.gpus_per_replica[found.design[[row]]]
    machines = machines_for(count, size, market.size[offers])
    usd = machines * market.usd_per_hour[offers]
    able = within_limits(explored.request, machines, usd, market, offers)
    if not able.all():
        return None
    one = replace(
        found, design=found.design[[row]], limit=found.limit[[row]], replicas=count, row=np.zeros(1, dtype=np.int64),
        offer=offers, machines=machines, usd_per_hour=usd, feasible=able,
    )  # fmt: skip
    return replace(explored, found=one)


def between(explored: Explored, above_usd: float, below_usd: float) -> Iterator[Explored]:
    """The best candidates of other GPUs and formats at prices (USD an hour) between the two, cheapest first, each as
    the only one."""
    found = explored.found
    assert found is not None
    mine = winner(found)
    usd = found.usd_per_hour
    picked = [i for i in leaders(found, kind_of(found)).tolist() if i != mine and usd[i] < below_usd * (1.0 - 1e-9)]
    for index in picked[:OTHERS]:
        if usd[index] >= above_usd * (1.0 - 1e-9):
            yield replace(explored, found=_only(found, index))


def _only(found: Candidates, index: int) -> Candidates:
    at = np.array([index])
    return replace(
        found, row=found.row[at], offer=found.offer[at], machines=found.machines[at],
        usd_per_hour=found.usd_per_hour[at], feasible=found.feasible[at],
    )  # fmt: skip


def usd_of(explored: Explored) -> float:
    """Dollars (USD) an hour of the winner."""
    assert isinstance(explored.answer, Plan)
    return explored.answer.cluster.cost.usd_per_hour
