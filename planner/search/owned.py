"""Servers to buy as offers: what one more costs an hour, and all lines of what they cost a month."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from hardware_db.catalog import HardwareCatalog
from hardware_db.ownership import Server
from hardware_db.schema import Offer
from hardware_db.servers import servers
from planner.formulas.power import machine_power_kw
from planner.formulas.time import HOURS_PER_MONTH
from planner.request.request import OWNED, Scope
from planner.search.market import Market

# Owned machines of so many accelerators have network cards for each; a replica spans no smaller ones.
NETWORKED = 8
SERVERS_PER_ENGINEER = 40.0


def owned_lines(server: Server, count: float, terms: Mapping[str, float], load: float = 1.0) -> dict[str, float]:
    """Dollars (USD) a month for `count` owned servers in use, by line; `terms` are plain values by id, `load` is the
    share of time that the servers are busy."""
    bought = count * (1.0 + terms["spare_share"])
    hardware = bought * server.usd.value * (1.0 + terms["network_share"])
    years = terms["life_years"]
    average = hardware * (1.0 + terms["residual_share"]) / 2.0
    engineers = terms["staff_fte_owned"] + count / SERVERS_PER_ENGINEER
    return {
        "write-off": hardware * (1.0 - terms["residual_share"]) / years / 12.0,
        "capital": average * terms["capital_cost"] / 12.0,
        "power": owned_kwh(server, count, terms, load) * terms["usd_per_kwh"],
        "colocation": bought * server.kw.value * terms["colocation_usd_per_kw_month"],
        "support": hardware * terms["support_share"] / 12.0,
        "staff": engineers * terms["staff_usd_per_year"] / 12.0,
    }


def owned_kwh(server: Server, count: float, terms: Mapping[str, float], load: float) -> float:
    """Energy a month of `count` servers in use, with that of the building [kWh]; spares are off."""
    idle, busy = terms["idle_share"], terms["load_share"]
    kw: float = machine_power_kw(server.kw.value, load, idle_share=idle, busy_share=busy)
    return count * kw * terms["pue"] * HOURS_PER_MONTH


def owned_usd_per_hour(server: Server, terms: Mapping[str, float]) -> float:
    """Dollars an hour of one more server that is always busy, without the staff that is there anyway: what a plan
    compares."""
    lines = owned_lines(server, 1.0, terms)
    lines["staff"] = terms["staff_usd_per_year"] / SERVERS_PER_ENGINEER / 12.0
    return sum(lines.values()) / HOURS_PER_MONTH


def to_buy(hardware: HardwareCatalog, scope: Scope, named: Sequence[str] = ()) -> list[Server]:
    """Machines to buy in scope: with the GPUs named, else with all; those of low confidence where they are named."""
    wanted = {hardware.accelerator(name).id for name in named}
    within = {hardware.accelerator(name).id for name in scope.gpus}
    known = [s for s in servers() if s.gpu in wanted or (not wanted and "low_confidence" not in s.flags)]
    return [s for s in known if not within or s.gpu in within]


def owned_market(hardware: HardwareCatalog, bought: Sequence[Server], terms: Mapping[str, float]) -> Market:
    """Servers to buy, at what one more costs an hour."""
    return Market(
        tuple(owned_offer(server) for server in bought),
        tuple(hardware.record(server.gpu) for server in bought),
        np.arange(len(bought)),
        np.array([server.gpus for server in bought]),
        np.array([owned_usd_per_hour(server, terms) for server in bought]),
        np.array([server.gpus >= NETWORKED for server in bought]),
    )


def owned_offer(server: Server) -> Offer:
    """A server as an offer, without prices: these follow from the terms of owning."""
    return Offer.model_construct(
        provider=OWNED, instance_type=server.name, region="", accelerator=server.gpu,
        accelerators=float(server.gpus), as_of=server.usd.as_of, source=server.usd.source,
        flags=server.flags,
    )  # fmt: skip
