"""The terms of owning machines: dated, sourced, with a range, and overridable."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

import hardware_db
from planner.errors import InputError, closest

DATA = Path(hardware_db.__file__).parent / "data" / "ownership.toml"
HOURS_PER_MONTH = 730.5


@dataclass(frozen=True, slots=True)
class OwnershipTerm:
    """A default with its range, unit, source and date."""

    value: float
    low: float
    high: float
    unit: str
    source: str
    as_of: str


@dataclass(frozen=True, slots=True)
class Server:
    """A machine to buy: price [USD] and maximum power [kW]."""

    gpu: str
    gpus: int
    usd: OwnershipTerm
    kw: OwnershipTerm


@cache
def default_terms() -> dict[str, OwnershipTerm]:
    rows = tomllib.loads(DATA.read_text(encoding="utf-8"))["term"]
    return {r["id"]: OwnershipTerm(r["value"], r["low"], r["high"], r["unit"], r["source"], r["as_of"]) for r in rows}


@cache
def servers() -> dict[str, Server]:
    """By GPU id."""
    found = {}
    for r in tomllib.loads(DATA.read_text(encoding="utf-8"))["server"]:
        usd = OwnershipTerm(**r["usd"], unit="USD a server", source=r["source"], as_of=r["as_of"])
        kw = OwnershipTerm(**r["kw"], unit="kW a server at most", source=r["source"], as_of=r["as_of"])
        found[r["gpu"]] = Server(r["gpu"], r["gpus"], usd, kw)
    return found


def terms_with(overrides: Mapping[str, float]) -> dict[str, OwnershipTerm]:
    """The defaults with a user's values, each then without a range; raises InputError for a name not known."""
    terms = dict(default_terms())
    for name, value in overrides.items():
        if name not in terms:
            raise InputError(f"tco.terms: {name[:60]!r} is not known (nearest: {', '.join(closest(name, terms))})")
        terms[name] = replace(terms[name], value=value, low=value, high=value, source="stated", as_of="")
    return terms


def owned_lines(server: Server, count: float, terms: Mapping[str, float]) -> dict[str, float]:
    """Dollars (USD) a month for `count` owned servers in use, by line; `terms` are plain values by id."""
    bought = count * (1.0 + terms["spare_share"])
    hardware = bought * server.usd.value * (1.0 + terms["network_share"])
    years = terms["life_years"]
    average = hardware * (1.0 + terms["residual_share"]) / 2.0
    kw = count * server.kw.value
    return {
        "write-off": hardware * (1.0 - terms["residual_share"]) / years / 12.0,
        "capital": average * terms["capital_cost"] / 12.0,
        "power": kw * terms["load_share"] * terms["pue"] * terms["usd_per_kwh"] * HOURS_PER_MONTH,
        "colocation": bought * server.kw.value * terms["colocation_usd_per_kw_month"],
        "support": hardware * terms["support_share"] / 12.0,
        "staff": (terms["staff_fte_owned"] + count / 40.0) * terms["staff_usd_per_year"] / 12.0,
    }


def owned_usd_per_hour(server: Server, terms: Mapping[str, float]) -> float:
    """Dollars an hour of one more server, without the staff that is there anyway: what a plan compares."""
    lines = owned_lines(server, 1.0, terms)
    lines["staff"] = terms["staff_usd_per_year"] / 40.0 / 12.0
    return sum(lines.values()) / HOURS_PER_MONTH
