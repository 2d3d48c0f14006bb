"""Offers a request may rent, as columns: machines, prices under the asked commitment, and their limits."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from hardware_db.catalog import HardwareCatalog
from hardware_db.schema import Accelerator, Offer
from planner.errors import InputError, closest
from planner.formulas.columns import COLUMN, ITEMS, Columns
from planner.formulas.types import Array
from planner.request.request import Scope

PRICE_FIELD = {
    "on_demand": "usd_per_hour_on_demand",
    "spot": "usd_per_hour_spot",
    "1y_reserved": "usd_per_hour_1y_reserved",
    "3y_reserved": "usd_per_hour_3y_reserved",
}
FAST_NETWORK_GBPS = 100.0


@dataclass(frozen=True)
class Market(Columns):
    """The offers in scope; `gpu` indexes `gpus`, prices are dollars an hour of one machine."""

    offers: tuple[Offer, ...] = field(metadata=ITEMS)
    gpus: tuple[Accelerator, ...]
    gpu: Array = field(metadata=COLUMN)
    size: Array = field(metadata=COLUMN)
    usd_per_hour: Array = field(metadata=COLUMN)
    networked: Array = field(metadata=COLUMN)

    @cached_property
    def wide(self) -> Array:
        """Machines whose network is what the timing of ranks on several machines counts on."""
        least = np.array([_least_gbps(gpu) for gpu in self.gpus])[self.gpu]
        stated = np.array([offer.network_gbps or 0.0 for offer in self.offers])
        return self.networked & (stated >= least * self.size)

    @property
    def spanned(self) -> frozenset[tuple[str, str]]:
        """GPUs, each with its topology, whose ranks may span machines."""
        return frozenset(_place(self.gpus[g]) for g in np.unique(self.gpu[self.wide]))


def market(hardware: HardwareCatalog, scope: Scope) -> Market:
    """Offers in scope, each machine in its cheapest region; raises InputError when there are none."""
    wanted = {hardware.accelerator(name).id for name in scope.gpus}
    _check(scope.providers, {o.provider for o in hardware.offers}, "scope.providers")
    _check(scope.regions, {o.region for o in hardware.offers}, "scope.regions")
    field = PRICE_FIELD[scope.commitment]
    best: dict[tuple[str, str], Offer] = {}
    for offer in hardware.offers:
        price = getattr(offer, field)
        if price is None or offer.accelerators != int(offer.accelerators):
            continue
        if wanted and offer.accelerator not in wanted:
            continue
        if scope.providers and offer.provider not in scope.providers:
            continue
        if scope.regions and offer.region not in scope.regions:
            continue
        key = (offer.provider, offer.instance_type)
        if key not in best or _rank(offer, field) < _rank(best[key], field):
            best[key] = offer
    if not best:
        raise InputError(f"scope: no {scope.commitment} offer for these GPUs, providers and regions")
    return _columns(hardware, sorted(best.values(), key=lambda o: _rank(o, field)), field)


def _check(names: Sequence[str], known: set[str], where: str) -> None:
    for name in names:
        if name not in known:
            raise InputError(f"{where}: {name[:60]!r} is not known (nearest: {', '.join(closest(name, known))})")


def _fast(offer: Offer) -> bool:
    return (offer.network_gbps or 0.0) >= FAST_NETWORK_GBPS


def _rank(offer: Offer, field: str) -> tuple[float, str, str, str]:
    return getattr(offer, field), offer.provider, offer.region, offer.instance_type


def _columns(hardware: HardwareCatalog, offers: Sequence[Offer], field: str) -> Market:
    rented = [_rented(hardware, offer) for offer in offers]
    gpus = tuple({_place(gpu): gpu for gpu in rented}.values())
    index = {_place(gpu): i for i, gpu in enumerate(gpus)}
    return Market(
        tuple(offers),
        gpus,
        np.array([index[_place(gpu)] for gpu in rented]),
        np.array([int(o.accelerators) for o in offers]),
        np.array([getattr(o, field) for o in offers], dtype=float),
        np.array([_fast(o) for o in offers]),
    )


def _rented(hardware: HardwareCatalog, offer: Offer) -> Accelerator:
    """The GPU of an offer, joined as its machine joins it."""
    gpu = hardware.accelerators[offer.accelerator]
    return gpu.joined_by(offer.topology) if offer.topology else gpu


def _least_gbps(gpu: Accelerator) -> float:
    """Network of a GPU that timings count on [Gb/s]."""
    network = gpu.joined.network
    return network.one_way_gb_s * 8.0 if network else np.inf


def _place(gpu: Accelerator) -> tuple[str, str]:
    """A GPU under each topology has designs of its own."""
    return gpu.id, gpu.joined.id


def merged(parts: Sequence[Market]) -> Market:
    """Several markets as one: their offers one after another, each GPU once."""
    known = {_place(gpu): gpu for part in parts for gpu in part.gpus}
    names = list(known)
    return Market(
        tuple(offer for part in parts for offer in part.offers),
        tuple(known.values()),
        np.array([names.index(_place(part.gpus[g])) for part in parts for g in part.gpu], dtype=np.int64),
        np.concatenate([part.size for part in parts]),
        np.concatenate([part.usd_per_hour for part in parts]),
        np.concatenate([part.networked for part in parts]),
    )
