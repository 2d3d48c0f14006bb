"""Dollars of owned servers from the terms of owning."""

from __future__ import annotations

from collections.abc import Mapping

from hardware_db.ownership import Server
from planner.formulas.time import HOURS_PER_MONTH


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
