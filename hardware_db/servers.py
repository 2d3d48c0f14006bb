"""Machines to buy: servers and racks with a price, and workstations made of one card and a host."""

import csv
from collections.abc import Iterable, Mapping
from functools import cache
from itertools import groupby
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, TypeAdapter

from hardware_db.ownership import DATA, OwnershipTerm, Server
from hardware_db.schema import Date, Id, Positive, PriceFlag, Record, Usd, split_flags
from planner.shipped import shipped_toml

PURCHASES = DATA.with_name("servers.csv")


class ServerPrice(Record):
    """What can be bought. server: a whole machine; card: needs a host; part: of a machine, or too little is known.

    usd is the default, usd_low and usd_high what sources give as a range; kw is the maximum power.
    """

    item: Annotated[str, Field(min_length=1, max_length=100)]
    kind: Literal["server", "card", "host", "part"]
    accelerator: Id | None = None
    gpus: Annotated[int, Field(ge=1, le=10_000)] | None = None
    usd: Usd
    usd_low: Usd | None = None
    usd_high: Usd | None = None
    kw: Positive | None = None
    flags: Annotated[tuple[PriceFlag, ...], BeforeValidator(split_flags), Field(strict=False)] = ()
    as_of: Date
    source: Annotated[str, Field(min_length=1)]
    note: str | None = None

    @property
    def least(self) -> float:
        return min(self.usd, self.usd_low or self.usd)

    @property
    def most(self) -> float:
        return max(self.usd, self.usd_high or self.usd)


PURCHASE_ROWS = TypeAdapter(tuple[ServerPrice, ...])


@cache
def bought() -> tuple[ServerPrice, ...]:
    """The rows of `servers.csv`, strictly checked."""
    with PURCHASES.open(encoding="utf-8", newline="") as handle:
        return PURCHASE_ROWS.validate_python([_cells(row) for row in csv.DictReader(handle)])


def _cells(row: Mapping[str, str]) -> dict[str, str | float | int]:
    numbers = {"gpus": int, "usd": float, "usd_low": float, "usd_high": float, "kw": float}
    return {name: numbers.get(name, str)(value) for name, value in row.items() if value}


@cache
def servers() -> tuple[Server, ...]:
    """One machine of each accelerator and size: the newest price, with the range over all sources.

    A price of low confidence is taken where there is no other, and marked. A card stands in a workstation where no
    server of one such card has a price.
    """
    known = [*_stated(), *(_server(p) for p in bought() if p.kind == "server")]
    have = {(server.gpu, server.gpus) for server in known}
    known += [s for s in _workstations() if (s.gpu, s.gpus) not in have]
    known.sort(key=lambda s: (s.gpu, s.gpus))
    return tuple(_one(list(same)) for _, same in groupby(known, key=lambda s: (s.gpu, s.gpus)))


def _stated() -> Iterable[Server]:
    """The servers of `ownership.toml`."""
    for r in shipped_toml(DATA)["server"]:
        usd = OwnershipTerm(**r["usd"], unit="USD a server", source=r["source"], as_of=r["as_of"])
        kw = OwnershipTerm(**r["kw"], unit="kW a server at most", source=r["source"], as_of=r["as_of"])
        yield Server(r["gpu"], r["gpus"], usd, kw)


def _server(p: ServerPrice, kind: str = "server") -> Server:
    assert p.accelerator is not None
    assert p.gpus is not None
    assert p.kw is not None
    usd = OwnershipTerm(p.usd, p.least, p.most, "USD a server", f"{p.item}: {p.source}", p.as_of)
    kw = OwnershipTerm(p.kw, p.kw, p.kw, "kW a server at most", f"{p.item}: {p.source}", p.as_of)
    return Server(p.accelerator, p.gpus, usd, kw, kind, p.flags)


def _workstations() -> Iterable[Server]:
    """Each card with the host; what the host draws is what servers of one card draw beyond their card."""
    host = next(p for p in bought() if p.kind == "host")
    cards = [p for p in bought() if p.kind == "card"]
    host_kw = max(_host_kw(cards))
    for card in cards:
        whole = card.model_copy(
            update={
                "item": f"{card.item} in a {host.item}", "usd": card.usd + host.usd, "usd_low": card.least + host.usd,
                "usd_high": card.most + host.usd, "kw": (card.kw or 0.0) + host_kw,
                "source": f"{card.source}; host: {host.source}", "flags": (*card.flags, "derived"),
            }
        )  # fmt: skip
        yield _server(whole, "workstation")


def _host_kw(cards: Iterable[ServerPrice]) -> list[float]:
    """Power of servers of one card less that of their card [kW]."""
    drawn = {card.accelerator: card.kw for card in cards}
    found = [(p.kw, drawn.get(p.accelerator)) for p in bought() if p.kind == "server" and p.gpus == 1]
    return [whole - card for whole, card in found if whole is not None and card is not None]


def _one(same: list[Server]) -> Server:
    """The newest of several prices of one machine, a sure one before others; the range is that of all."""
    sure = [s for s in same if "low_confidence" not in s.flags] or same
    best = max(sure, key=lambda s: s.usd.as_of)
    low, high = min(s.usd.low for s in same), max(s.usd.high for s in same)
    usd = OwnershipTerm(best.usd.value, low, high, best.usd.unit, best.usd.source, best.usd.as_of)
    return Server(best.gpu, best.gpus, usd, best.kw, best.kind, best.flags)
