"""The candidates to show: the best one of every GPU, weight format and KV format that was evaluated."""

from __future__ import annotations

import numpy as np

from planner.formulas.cost import usd_per_month
from planner.formulas.types import Array
from planner.frozen import dataclass
from planner.load.latency import latency_of
from planner.plan.choice import leaders
from planner.plan.explore import Explored
from planner.search.candidates import Candidates
from planner.search.groups import kind_of
from planner.search.market import Market

MOST = 400


@dataclass(frozen=True, slots=True)
class Entry:
    """One candidate; `index` is its number among those explored. Latencies are p95, the central prediction [s];
    `saturation_share`: the asked rate over the one at which its queue grows without end."""

    index: int
    usd_per_hour: float
    usd_per_month: float
    gpu: str
    gpus: int
    engine: str
    weights: str
    kv: str
    split: str
    replicas: int
    machines: int
    instance_type: str
    provider: str
    ttft_p95_s: float
    tpot_p95_s: float
    saturation_share: float


def shortlist(explored: Explored) -> list[Entry]:
    """The winner, then the others by the order of `plan`; empty where nothing is feasible.

    Each is the best of the closed form, so that it is what a plan of its GPU and formats alone begins with; where a
    simulation chose the winner, some may cost less than that.
    """
    found = explored.shown
    if found is None or not explored.feasible:
        return []
    return entries_of(found, explored.market, _picked(explored, found))


@dataclass(frozen=True, slots=True)
class FormatsBest:
    """Dollars (USD) an hour of the best candidate of a GPU and formats, and these by id."""

    usd_per_hour: float
    weights: str
    kv: str


def shortlist_below(explored: Explored, usd_per_hour: float) -> list[FormatsBest]:
    """The `shortlist` up to the first that costs as much as so many dollars (USD) an hour, by what is asked of it
    alone."""
    found = explored.shown_upto(usd_per_hour)
    if found is None or not explored.feasible:
        return []
    picked = _picked(explored, found)
    usd, design, d = found.usd_per_hour[picked], found.design[found.row[picked]], found.prepared.designs
    dear = np.flatnonzero(usd >= usd_per_hour)
    return [
        FormatsBest(float(usd[i]), d.formats[d.fmt[k]].id, d.kv_formats[d.kv[k]].id)
        for i, k in enumerate(design[: dear[0] if len(dear) else None])
    ]


def entries_of(found: Candidates, rented: Market, picked: Array) -> list[Entry]:
    """Those of the candidates `found` whose numbers are `picked`."""
    d = found.prepared.designs
    sets = found.row[picked]
    central = found.prepared.curves.central
    slots = found.prepared.slots[found.design[sets], found.limit[sets]]
    figures = latency_of(central, found.design[sets], found.rate_of(sets), slots, whole=False)
    ttft, tpot = figures.value("ttft", "p95"), figures.value("tpot", "p95")
    entries = []
    for n, index in enumerate(picked.tolist()):
        k, offer = int(found.design[sets[n]]), rented.offers[found.offer[index]]
        machines, usd = int(found.machines[index]), float(found.usd_per_hour[index])
        entries.append(
            Entry(
                index=index, usd_per_hour=usd, usd_per_month=float(usd_per_month(usd)), gpu=d.gpus[d.gpu[k]].name,
                gpus=machines * int(rented.size[found.offer[index]]), engine=d.engines[d.engine[k]].id,
                weights=d.formats[d.fmt[k]].id, kv=d.kv_formats[d.kv[k]].id, split=str(d.split_at(k)),
                replicas=int(found.replicas[sets[n]]), machines=machines, instance_type=offer.instance_type,
                provider=offer.provider, ttft_p95_s=float(ttft[n]), tpot_p95_s=float(tpot[n]),
                saturation_share=float(np.ravel(figures.utilization)[n]),
            )
        )  # fmt: skip
    return entries


def _picked(explored: Explored, shown: Candidates) -> Array:
    """Numbers of the winner and of the best of every other kind."""
    kind, first = kind_of(shown), explored.picked[0]
    others = leaders(shown, kind, most=MOST)
    return np.array([first, *others[kind[others] != kind[first]]], dtype=int)[:MOST]
