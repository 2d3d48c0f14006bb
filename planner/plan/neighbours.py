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
    """The winner's design with `replicas` replicas in front of the dearer candidates; None beyond the limits."""
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
    rows = (found.design, found.limit, found.replicas)
    own = (found.design[[row]], found.limit[[row]], count)
    design, limit, every = (np.concatenate(parts) for parts in zip(rows, own, strict=True))
    whole = replace(
        found, design=design, limit=limit, replicas=every, row=np.append(found.row, len(found.replicas)),
        offer=np.append(found.offer, offers), machines=np.append(found.machines, machines),
        usd_per_hour=np.append(found.usd_per_hour, usd), feasible=np.append(found.feasible, True),
    )  # fmt: skip
    return replace(explored, found=_leading(whole, len(whole) - 1))


def between(explored: Explored, above_usd: float, below_usd: float) -> Iterator[Explored]:
    """The best candidates of other GPUs and formats at prices (USD an hour) between the two, cheapest first, each in
    front of the dearer ones."""
    found = explored.found
    assert found is not None
    mine = winner(found)
    usd = found.usd_per_hour
    picked = [i for i in leaders(found, kind_of(found)).tolist() if i != mine and usd[i] < below_usd * (1.0 - 1e-9)]
    for index in picked[:OTHERS]:
        if usd[index] >= above_usd * (1.0 - 1e-9):
            yield replace(explored, found=_leading(found, index))


def _leading(found: Candidates, index: int) -> Candidates:
    """The candidates with `index` as the winner: the others that do not cost more are no longer feasible."""
    dearer = found.usd_per_hour.round(4) > found.usd_per_hour[index].round(4)
    dearer[index] = True
    return replace(found, feasible=found.feasible & dearer)


def usd_of(explored: Explored) -> float:
    """Dollars (USD) an hour of the winner."""
    assert isinstance(explored.answer, Plan)
    return explored.answer.cluster.cost.usd_per_hour
