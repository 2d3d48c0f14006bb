"""Offers a request may rent, as columns: machines, prices under the asked commitment, and their limits."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import field, replace
from functools import cached_property

import numpy as np

from hardware_db.catalog import HardwareCatalog
from hardware_db.providers import nearest_providers, provider_id
from hardware_db.schema import Accelerator, Offer
from planner.dates import age_days
from planner.errors import InputError, closest
from planner.formulas.columns import COLUMN, ITEMS, Columns
from planner.formulas.types import Array
from planner.frozen import dataclass
from planner.progress import checkpoint
from planner.request.request import OWNED, Scope
from planner.words import counted

PRICE_FIELD = {
    "on_demand": "usd_per_hour_on_demand",
    "spot": "usd_per_hour_spot",
    "capacity_block": "usd_per_hour_capacity_block",
    "1y_reserved": "usd_per_hour_1y_reserved",
    "3y_reserved": "usd_per_hour_3y_reserved",
}
LOW_CONFIDENCE = "low_confidence"
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
        return frozenset(_place(self.gpus[g]) for g in set(self.gpu[self.wide].tolist()))

    def without(self, known: Market) -> Market:
        """The offers that are not in another market."""
        there = {id(offer) for offer in known.offers}
        return self.take(np.array([id(offer) not in there for offer in self.offers], dtype=bool))

    def on(self, gpus: tuple[Accelerator, ...]) -> tuple[Market, Market]:
        """The offers of these GPUs, numbered by them, and the others, numbered by GPUs of their own."""
        index = {_place(gpu): i for i, gpu in enumerate(gpus)}
        number = np.array([index.get(_place(gpu), -1) for gpu in self.gpus], dtype=int)[self.gpu]
        there, others = self.take(number >= 0), self.take(number < 0)
        own, renumbered = np.unique(others.gpu, return_inverse=True)
        return (
            replace(there, gpus=gpus, gpu=number[number >= 0]),
            replace(others, gpus=tuple(self.gpus[g] for g in own), gpu=renumbered),
        )


def market(hardware: HardwareCatalog, scope: Scope) -> Market:
    """Offers in scope, each machine in its cheapest region; raises InputError when there are none."""
    checkpoint()
    placed = _placed(hardware, scope)
    best = _cheapest(placed, scope)
    if not best:
        raise InputError(_none_left(scope, placed))
    return _columns(hardware, best, PRICE_FIELD[scope.commitment])


def own_offers(hardware: HardwareCatalog, scope: Scope) -> Market | None:
    """The user's own offers in scope, whatever classes are asked for; None where there are none."""
    best = [offer for offer in _cheapest(_placed(hardware, scope), scope) if offer.offer_class == "own"]
    return _columns(hardware, best, PRICE_FIELD[scope.commitment]) if best else None


def _placed(hardware: HardwareCatalog, scope: Scope) -> list[Offer]:
    """The offers that the GPUs, providers, regions and the commitment allow."""
    wanted = {hardware.accelerator(name).id for name in scope.gpus}
    owned = {OWNED} if scope.at_home else set()
    _check_providers(scope.providers, {provider_id(o.provider) for o in hardware.offers} | owned)
    _check(scope.regions, {o.region for o in hardware.offers}, "scope.regions")
    field = PRICE_FIELD[scope.commitment]
    return [
        offer
        for offer in hardware.offers
        if getattr(offer, field) is not None
        and offer.accelerators == int(offer.accelerators)
        and (not wanted or offer.accelerator in wanted)
        and (not scope.providers or provider_id(offer.provider) in scope.providers)
        and (not scope.regions or offer.region in scope.regions)
    ]


def _cheapest(placed: Sequence[Offer], scope: Scope) -> list[Offer]:
    """Each machine of a class and an age that are asked for in its cheapest region, the cheapest first."""
    field = PRICE_FIELD[scope.commitment]
    best: dict[tuple[str, str], Offer] = {}
    for offer in placed:
        key = (offer.provider, offer.instance_type)
        allowed = in_class(offer, scope) and sure(offer, scope) and fresh(offer, scope)
        if allowed and (key not in best or _rank(offer, field) < _rank(best[key], field)):
            best[key] = offer
    return sorted(best.values(), key=lambda o: _rank(o, field))


def in_class(offer: Offer, scope: Scope) -> bool:
    """Whether the class of an offer is asked for; a user's own always is."""
    return offer.offer_class == "own" or offer.offer_class in scope.offer_classes


def sure(offer: Offer, scope: Scope) -> bool:
    """Whether a price is of good confidence, or one of low confidence is asked for, as is that of a named provider."""
    if LOW_CONFIDENCE not in offer.flags:
        return True
    return scope.low_confidence or offer.offer_class == "own" or provider_id(offer.provider) in scope.providers


def fresh(offer: Offer, scope: Scope) -> bool:
    """Whether a price is as new as asked; raises InputError where no day is stated to count from."""
    if scope.max_price_age_days is None:
        return True
    if scope.as_of is None:
        raise InputError("scope.as_of: state the day that scope.max_price_age_days counts back from")
    return age_days(offer.as_of, scope.as_of) <= scope.max_price_age_days


def _none_left(scope: Scope, placed: Sequence[Offer]) -> str:
    """Why no offer is left of those that the GPUs, providers, regions and the commitment allow."""
    said = f"scope: no {scope.commitment} offer"
    if not placed:
        return f"{said} for these GPUs, providers and regions"
    others = sorted({offer.offer_class for offer in placed if not in_class(offer, scope)})
    within = [offer for offer in placed if in_class(offer, scope)]
    if within and not any(sure(offer, scope) for offer in within):
        return f"{said} of good confidence; --low-confidence (scope.low_confidence) takes others"
    if within:
        age = counted(scope.max_price_age_days or 0, "day")
        return f"{said} is at most {age} old (scope.max_price_age_days, --max-price-age)"
    asked = " or ".join(scope.offer_classes)
    return f"{said} of class {asked}; {' and '.join(others)} has some (scope.offer_classes, --offer-class)"


def _check_providers(names: Sequence[str], known: set[str]) -> None:
    for name in names:
        if name not in known:
            near = ", ".join(nearest_providers(name, known))
            raise InputError(f"scope.providers: {name[:60]!r} is not known (nearest: {near})")


def _check(names: Sequence[str], known: set[str], where: str) -> None:
    for name in names:
        if name not in known:
            raise InputError(f"{where}: {name[:60]!r} is not known (nearest: {', '.join(closest(name, known))})")


def _fast(offer: Offer) -> bool:
    return (offer.network_gbps or 0.0) >= FAST_NETWORK_GBPS


def _rank(offer: Offer, field: str) -> tuple[float, str, str, str]:
    return getattr(offer, field), offer.provider, offer.region, offer.instance_type


def _columns(hardware: HardwareCatalog, offers: Sequence[Offer], field: str) -> Market:
    names = [(offer.accelerator, offer.topology) for offer in offers]
    joined = {name: _rented(hardware, offer) for name, offer in dict(zip(names, offers, strict=True)).items()}
    gpus = {_place(gpu): gpu for gpu in joined.values()}
    index = {place: i for i, place in enumerate(gpus)}
    number = {name: index[_place(gpu)] for name, gpu in joined.items()}
    return Market(
        tuple(offers),
        tuple(gpus.values()),
        np.array([number[name] for name in names]),
        np.array([int(o.accelerators) for o in offers]),
        np.array([getattr(o, field) for o in offers], dtype=float),
        np.array([_fast(o) for o in offers]),
    )


def _rented(hardware: HardwareCatalog, offer: Offer) -> Accelerator:
    """The GPU of an offer, joined as its machine joins it."""
    gpu = hardware.record(offer.accelerator)
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
