"""The terms of owning machines, and of stopping them when idle: dated, sourced, with a range, and overridable."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from pathlib import Path

import hardware_db
from hardware_db.schema import PriceFlag
from planner.errors import InputError, closest
from planner.frozen import dataclass
from planner.shipped import shipped_toml

DATA = Path(hardware_db.__file__).parent / "data" / "ownership.toml"
STARTING = DATA.with_name("starting.toml")


@dataclass(frozen=True, slots=True)
class OwnershipTerm:
    """A default with its range, unit, source and date; a user's value lies from `least` to `most`."""

    value: float
    low: float
    high: float
    unit: str
    source: str
    as_of: str
    least: float = 0.0
    most: float = 1e9


@dataclass(frozen=True, slots=True)
class Server:
    """A machine to buy: price [USD] and maximum power [kW]; flags: what is doubtful about the price."""

    gpu: str
    gpus: int
    usd: OwnershipTerm
    kw: OwnershipTerm
    kind: str = "server"
    flags: tuple[PriceFlag, ...] = ()

    @property
    def name(self) -> str:
        return f"{self.gpus}x {self.gpu} {self.kind}"


@cache
def owning_terms() -> dict[str, OwnershipTerm]:
    """The terms of owning machines."""
    return _terms(DATA)


@cache
def starting_terms() -> dict[str, OwnershipTerm]:
    """The terms of machines that are stopped when idle."""
    return _terms(STARTING)


def _terms(path: Path) -> dict[str, OwnershipTerm]:
    rows = shipped_toml(path)["term"]
    return {r.pop("id"): OwnershipTerm(**r) for r in rows}


def default_terms() -> dict[str, OwnershipTerm]:
    """All terms by id."""
    return {**owning_terms(), **starting_terms()}


def terms_with(overrides: Mapping[str, float]) -> dict[str, OwnershipTerm]:
    """The defaults with a user's values, each then without a range; raises InputError for what is not valid."""
    terms = default_terms()
    for name, value in overrides.items():
        if name not in terms:
            raise InputError(
                f"--term (tco.terms): {name[:60]!r} is not known (nearest: {', '.join(closest(name, terms))})"
            )
        least, most = terms[name].least, terms[name].most
        if not least <= value <= most:
            raise InputError(f"--term (tco.terms.{name}): expected {least:g} to {most:g}, got {value:g}")
        terms[name] = replace(terms[name], value=value, low=value, high=value, source="stated", as_of="")
    return terms
