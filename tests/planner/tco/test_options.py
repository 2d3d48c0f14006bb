"""Every row of `tco` redone from the inputs that stand in its JSON, as in a spreadsheet: to a cent."""

from __future__ import annotations

import json
import math
from dataclasses import replace
from typing import Any

import pytest

from planner.formulas.time import SECONDS_PER_MONTH
from planner.plan.context import Context
from planner.tco.answer import TcoAnswer
from planner.tco.request import parse_tco
from planner.tco.tco import tco
from planner.tco.tiers import Tier
from tests.consistency.drawn import TORTURE
from tests.planner.tco.conftest import BASE, PRICES

pytestmark = pytest.mark.usefixtures("crossings_of_the_same_machines")

TIERS = (Tier(1200.0, 30.0, 6.0, 90.0), Tier(4000.0, 40.0, 9.0, 120.0))
WITH_TIERS = {**PRICES, "a/dear": replace(PRICES["a/dear"], tiers=TIERS)}
# One that is not always on, one machine, many; more of them with GPUPLAN_TORTURE=1.
VOLUMES = [0.002, 0.5, 5.0, 40.0, 250.0] if TORTURE else [0.002, 0.5, 40.0]
SHARED = {"batch_share": 0.3, "commitments": ["on_demand", "1y_reserved", "3y_reserved", "spot"]}
# Half a cent, and what a sum in another order may round by.
HALF = 0.00501


def printed(context: Context, rate: float) -> dict[str, Any]:
    """What `--format json` prints; nothing else is used below."""
    traffic = {"rate_per_s": rate, "prefix_hit": 0.4, "profile": [1, 2, 3, 4] * 6}
    request, asked = parse_tco({**BASE, "traffic": traffic, "tco": {**BASE["tco"], **SHARED, "owned": []}})
    answer = tco(request, asked, context, own_prices=WITH_TIERS)
    assert isinstance(answer, TcoAnswer)
    found: dict[str, Any] = json.loads(answer.model_dump_json())
    return found


def machines(x: dict[str, float]) -> float:
    unit = x["machines_of_a_replica"]
    needed = math.ceil(x["requests_per_s"] / x["requests_per_s_of_one_machine"] / unit - 1e-9)
    return max(1.0, x["machines_at_least"] / unit, needed) * unit + x["machines_spare"]


def rented(x: dict[str, float]) -> dict[str, float]:
    return {
        "rent": x["machines"] * x["usd_per_hour_of_one_machine"] * x["hours_per_month"],
        "staff": x["staff_fte_cloud"] * x["staff_usd_per_year"] / 12,
    }


def stopped(x: dict[str, float]) -> dict[str, float]:
    lines = rented(x)
    lines["rent"] *= x["on_share"]
    return {"rent": lines["rent"], "disk": x["machines"] * x["weights_gb"] * x["disk_usd_per_gb_month"],
            "staff": lines["staff"]}  # fmt: skip


def owned(x: dict[str, float]) -> dict[str, float]:
    bought = x["machines"] * (1 + x["spare_share"])
    hardware = bought * x["server_usd"] * (1 + x["network_share"])
    kw = x["server_kw"] * (x["idle_share"] + (x["load_share"] - x["idle_share"]) * x["load"])
    return {
        "write-off": hardware * (1 - x["residual_share"]) / x["life_years"] / 12,
        "capital": hardware * (1 + x["residual_share"]) / 2 * x["capital_cost"] / 12,
        "power": x["machines"] * kw * x["pue"] * x["usd_per_kwh"] * x["hours_per_month"],
        "colocation": bought * x["server_kw"] * x["colocation_usd_per_kw_month"],
        "support": hardware * x["support_share"] / 12,
        "staff": (x["staff_fte_owned"] + x["machines"] / 40) * x["staff_usd_per_year"] / 12,
    }


def api(row: dict[str, Any], tokens_in: float, tokens_out: float) -> float:
    """Each tier by its shares; a batch costs the same share of each of them."""
    first = {**row, "share_of_input_tokens": 1.0, "share_of_requests": 1.0}
    cached, batch, total = row["cached_share"], row["batch_share"], 0.0
    for tier in row["tiers"] or [first]:
        usd_in, usd_out = tier["usd_per_million_input"], tier["usd_per_million_output"]
        mixed = (1 - cached) * usd_in + cached * tier["usd_per_million_cached"]
        later_in = usd_in * row["usd_per_million_batch_input"] / row["usd_per_million_input"]
        later_out = usd_out * row["usd_per_million_batch_output"] / row["usd_per_million_output"]
        total += tokens_in * tier["share_of_input_tokens"] * ((1 - batch) * mixed + batch * later_in)
        total += tokens_out * tier["share_of_requests"] * ((1 - batch) * usd_out + batch * later_out)
    return total / 1e6


@pytest.mark.parametrize("rate", VOLUMES)
def test_every_row_is_redone_from_what_is_printed(context: Context, rate: float) -> None:
    data = printed(context, rate)
    names = {row["name"] for row in data["self_hosting"]}
    assert {"on demand", "owned"} < names
    assert ("on demand, scale to zero" in names) == (rate < 0.01)
    for row in data["self_hosting"]:
        x = row["inputs"]
        if "on_share" not in x:
            assert machines(x) == x["machines"] == row["machines"], row["name"]
            assert x["load"] == pytest.approx(min(1.0, x["requests_per_s"] * x["busy_s_per_request"] / x["machines"]))
        redone = {"owned": owned, "on demand, scale to zero": stopped}.get(row["name"], rented)
        lines = redone(x)
        assert [line["name"] for line in row["lines"]] == list(lines)
        for line in row["lines"]:
            assert line["usd_per_month"] == pytest.approx(lines[line["name"]], abs=HALF), (row["name"], line["name"])
        assert row["usd_per_month"] == pytest.approx(sum(line["usd_per_month"] for line in row["lines"]), abs=HALF)
    tokens_in, tokens_out = data["tokens_in_per_month"], data["tokens_out_per_month"]
    assert tokens_in == pytest.approx(rate * SECONDS_PER_MONTH * 1000)
    assert sorted(len(row["tiers"]) for row in data["apis"]) == [0, 3]
    for row in data["apis"]:
        assert row["usd_per_month"] == pytest.approx(api(row, tokens_in, tokens_out), abs=HALF), row["name"]


def test_energy_is_redone_from_what_is_printed(context: Context) -> None:
    for row in printed(context, 5.0)["self_hosting"]:
        e = row["energy"]
        kw = e["machines"] * (e["idle_kw"] + (e["busy_kw"] - e["idle_kw"]) * e["load"])
        assert e["mean_kw"] == pytest.approx(kw)
        assert e["kwh_per_month"] == pytest.approx(kw * e["pue"] * 730.5)
        assert e["kg_co2_per_month"] == pytest.approx(e["kwh_per_month"] * e["g_co2_per_kwh"] / 1000)
        power = [line["usd_per_month"] for line in row["lines"] if line["name"] == "power"]
        assert (e["usd_per_month"] is None) == (row["name"] != "owned")
        if power:
            assert e["usd_per_month"] == pytest.approx(power[0], abs=HALF)


def test_power_follows_the_load(context: Context) -> None:
    """At a twentieth of the rate the same machine draws less, but no less than when idle."""
    few, many = (
        next(s for s in answered_at(context, rate).self_hosting if s.name == "owned").energy for rate in (0.1, 2.0)
    )
    assert few is not None
    assert many is not None
    assert few.machines == many.machines == 1
    assert few.idle_kw < few.mean_kw < many.mean_kw < many.busy_kw
    assert few.load == pytest.approx(many.load / 20.0, rel=0.5)


def answered_at(context: Context, rate: float) -> TcoAnswer:
    request, asked = parse_tco({**BASE, "traffic": {"rate_per_s": rate}, "scope": {"gpus": ["H100"]}})
    answer = tco(request, asked, context, own_prices=PRICES)
    assert isinstance(answer, TcoAnswer)
    return answer


def test_each_option_names_only_the_terms_that_it_uses(context: Context) -> None:
    request, asked = parse_tco({**BASE, "tco": {**BASE["tco"], "owned": ["H100"]}})
    answer = tco(request, asked, context, own_prices=PRICES)
    assert isinstance(answer, TcoAnswer)
    bought = [row for row in answer.self_hosting if row.offer_class == "own"]
    rented = [row for row in answer.self_hosting if row.offer_class != "own"]
    assert bought
    assert rented
    assert all("staff_fte_cloud" not in row.inputs for row in bought)
    assert not any(text.startswith("staff_fte_cloud") for row in bought for text in row.sources)
    assert all("staff_fte_owned" not in row.inputs and "server_usd" not in row.inputs for row in rented)
