"""Published offers with newer prices of the same machines: each commitment has the newest, with its own day."""

from __future__ import annotations

from collections.abc import Iterable

from hardware_db.schema import Offer
from planner.dates import first_day

PRICES = tuple(name for name in Offer.model_fields if name.startswith("usd_per_hour"))


def with_updates(offers: Iterable[Offer], newer: Iterable[Offer]) -> list[Offer]:
    """The offers, each price replaced by that of a newer one of the same provider, machine and region.

    A commitment that the newer one has no price for keeps its own, as an offer beside it; what is of an earlier day
    replaces nothing.
    """
    updates = {offer.key: offer for offer in newer}
    found: list[Offer] = []
    for offer in offers:
        update = updates.pop(offer.key, None)
        found += [offer] if update is None else _merged(offer, update)
    return [*found, *updates.values()]


def _merged(offer: Offer, update: Offer) -> list[Offer]:
    later = first_day(update.as_of) >= first_day(offer.as_of)
    first, second = (update, offer) if later else (offer, update)
    rest = {name: None if getattr(first, name) is not None else getattr(second, name) for name in PRICES}
    if all(value is None for value in rest.values()):
        return [first]
    return [first, second.model_copy(update=rest)]
