"""What an update changes: prices that are new, other or gone, against those that the answers rest on today."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from hardware_db.schema import Offer
from hardware_db.updated import PRICES
from planner.dates import first_day

PricePlace = tuple[tuple[str, str, str], str]


@dataclass(frozen=True)
class PriceChange:
    """One price [USD an hour] of a machine in a region under a commitment; `old` is None where it is new, `new` where
    it is gone."""

    provider: str
    machine: str
    region: str
    commitment: str
    old: float | None
    new: float | None


@dataclass(frozen=True)
class Changes:
    """The prices of one list. older: those that stay as they are, as what stands is of a later day."""

    new: list[PriceChange]
    changed: list[PriceChange]
    gone: list[PriceChange]
    same: int
    older: int


def prices_of(offers: Iterable[Offer]) -> dict[PricePlace, tuple[float, str]]:
    """Each price with its day, by provider, machine and region, and by commitment."""
    return {
        (offer.key, name.removeprefix("usd_per_hour_")): (value, offer.as_of)
        for offer in offers
        for name in PRICES
        if (value := getattr(offer, name)) is not None
    }


def changes(standing: Iterable[Offer], before: Iterable[Offer], after: Iterable[Offer]) -> Changes:
    """standing: what the answers rest on; before, after: the list as it was fetched last, and now."""
    stands, fetched = prices_of(standing), prices_of(after)
    new: list[PriceChange] = []
    changed: list[PriceChange] = []
    same = older = 0
    for place, (usd, day) in fetched.items():
        old, of_day = stands.get(place, (None, ""))
        if old is None:
            new.append(_change(place, None, usd))
        elif first_day(day) < first_day(of_day):
            older += 1
        elif old == usd:
            same += 1
        else:
            changed.append(_change(place, old, usd))
    gone = [_change(place, usd, None) for place, (usd, _) in prices_of(before).items() if place not in fetched]
    return Changes(new, changed, gone, same, older)


def _change(place: PricePlace, old: float | None, new: float | None) -> PriceChange:
    (provider, machine, region), commitment = place
    return PriceChange(provider, machine, region, commitment, old, new)
