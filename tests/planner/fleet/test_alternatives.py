from __future__ import annotations

import copy
from typing import Any

import pytest

from planner.fleet.answer import FleetPlan
from planner.plan.context import Context
from tests.planner.fleet.conftest import BASE, CHAT, planned


def test_why_not_prices_or_explains(base: FleetPlan) -> None:
    reasons = {choice.what: choice for choice in base.why_not}
    assert reasons["L4"].usd_per_hour is not None
    assert reasons["L4"].usd_per_hour >= base.usd_per_hour
    assert "no purchase in scope" in reasons["H100"].reason


def test_why_not_says_what_stands_in_the_way_of_each_workload(context: Context, base: FleetPlan) -> None:
    told = {choice.what: choice.reason for choice in base.why_not}["gguf_q4_k_m"]
    assert "chat, long: " in told
    assert "max_loss_pct" in told
    assert "scope.gpus names L4, L40S" in {choice.what: choice.reason for choice in base.why_not}["H100"]
    fast = BASE | {"workloads": [CHAT | {"sla": {"ttft_p95_s": 0.3}}, *BASE["workloads"][1:]]}
    (slow,) = planned(context, fast, why_not=["L4"]).why_not
    assert slow.usd_per_hour is None
    assert "chat: ttft_p95_s: 0.3 s is below" in slow.reason
    assert "long" not in slow.reason


def test_the_same_machine_is_named_once(base: FleetPlan) -> None:
    for choice in [*base.front[1:], *base.why_not]:
        names = [part.split(" x ", 1)[1] for part in choice.what.split(" + ") if " x " in part]
        assert len(names) == len(set(names))


def _weaker(context: Context, data: dict[str, Any], free: FleetPlan) -> tuple[float, FleetPlan]:
    """The first of some limits of power under which the fleet costs more, and the fleet under it."""
    for share in (0.95, 0.9, 0.8, 0.7, 0.6):
        limit = round(share * free.power_kw, 3)
        found = planned(context, data | {"limits": {"max_power_kw": limit}})
        if found.usd_per_hour > free.usd_per_hour:
            break
    return limit, found


def test_limits_bind_and_say_what_one_more_saves(context: Context, base: FleetPlan) -> None:
    pool = max(base.pools, key=lambda p: p.usd_per_hour)
    most = max(pool.units_by_period) * pool.machines_per_unit
    data = copy.deepcopy(BASE) | {"limits": {"inventory": {pool.instance_type: max(0, most - 1)}}}
    tight = planned(context, data)
    assert tight.usd_per_hour >= base.usd_per_hour * (1 - 0.03)
    light = BASE | {"workloads": [CHAT | {"traffic": CHAT["traffic"] | {"rate_per_s": 2.0}}, *BASE["workloads"][1:]]}
    free = planned(context, light)
    limit, weak = _weaker(context, light, free)
    (bound,) = weak.binding
    assert (bound.limit, bound.value) == ("limits.max_power_kw", limit)
    assert 0.0 < bound.saves_usd_per_hour <= weak.usd_per_hour - free.usd_per_hour + 1e-6
    assert weak.power_kw <= limit


def test_the_front_draws_less_for_more_dollars(base: FleetPlan) -> None:
    assert base.front[0].what == "this fleet"
    assert (base.front[0].usd_per_hour, base.front[0].power_kw) == (base.usd_per_hour, base.power_kw)
    for choice, share in zip(base.front[1:], (0.9, 0.8, 0.7, 0.6, 0.5), strict=False):
        assert choice.power_kw is not None
        assert choice.usd_per_hour is not None
        assert choice.power_kw <= share * base.power_kw + 1e-9
        assert choice.usd_per_hour >= base.usd_per_hour * (1.0 - 1e-6)


def test_what_the_whole_fleet_has_is_as_cheap_and_a_part_of_it_alone_is_not(priced: Context) -> None:
    asked = BASE | {"scope": {"gpus": ["L4", "L40S"], "providers": ["me"], "formats": ["fp8", "bf16"]}}
    base = planned(priced, asked, why_not=["fp8", "L4"])
    assert {pool.weight_format for pool in base.pools} == {"fp8"}
    assert {pool.gpu for pool in base.pools} == {"L4", "L40S"}
    whole, part = base.why_not
    assert whole.usd_per_hour == pytest.approx(base.usd_per_hour)
    assert whole.reason.startswith("as cheap")
    assert part.usd_per_hour is not None
    more = part.usd_per_hour / base.usd_per_hour - 1.0
    assert more > 0.0
    assert part.reason.startswith(f"costs {more:.1%} more: ")
