"""Fleet requests from TOML to an answer."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from planner.fleet.answer import FleetInfeasible, FleetPlan
from planner.fleet.plan import plan_fleet
from planner.fleet.request import parse_fleet
from planner.plan.context import Context
from tests.planner.fleet.conftest import BASE, CHAT, SCOPE


def planned(context: Context, data: dict[str, Any], **more: Any) -> FleetPlan:
    answer = plan_fleet(parse_fleet(data), context, **more)
    assert isinstance(answer, FleetPlan)
    return answer


@pytest.fixture(scope="module")
def base(context: Context) -> FleetPlan:
    return planned(context, BASE, why_not=["L4", "H100", "gguf_q4_k_m"])


def test_all_load_is_served_in_every_period(base: FleetPlan) -> None:
    for name in ("chat", "long"):
        assert sum(pool.serves.get(name, 0.0) for pool in base.pools) == pytest.approx(1.0, abs=0.01)
    assert all(pool.utilization <= 1.0 + 1e-6 for pool in base.pools)
    assert sum(pool.usd_per_hour for pool in base.pools) == pytest.approx(base.usd_per_hour)
    hours = sorted(hour for period in base.periods for hour in period.hours)
    assert hours == list(range(24))
    assert len(base.periods) == 2


def test_the_same_prices_give_the_same_fleet(context: Context, base: FleetPlan) -> None:
    again = planned(context, BASE)
    assert base.proven_optimal
    assert again.proven_optimal
    assert again.pools == base.pools


def test_why_not_prices_or_explains(base: FleetPlan) -> None:
    reasons = {choice.what: choice for choice in base.why_not}
    assert reasons["L4"].usd_per_hour is not None
    assert reasons["L4"].usd_per_hour >= base.usd_per_hour
    assert "no purchase in scope" in reasons["H100"].reason


def test_limits_bind_and_say_what_one_more_saves(context: Context, base: FleetPlan) -> None:
    pool = max(base.pools, key=lambda p: p.usd_per_hour)
    most = max(pool.units_by_period) * pool.machines_per_unit
    data = copy.deepcopy(BASE) | {"limits": {"inventory": {pool.instance_type: max(0, most - 1)}}}
    tight = planned(context, data)
    assert tight.usd_per_hour >= base.usd_per_hour * (1 - 0.03)
    light = BASE | {"workloads": [CHAT | {"traffic": CHAT["traffic"] | {"rate_per_s": 5.0}}, *BASE["workloads"][1:]]}
    free, weak = (planned(context, light | {"limits": limits}) for limits in ({}, {"max_power_kw": 0.3}))
    (bound,) = weak.binding
    assert (bound.limit, bound.value) == ("limits.max_power_kw", 0.3)
    assert 0.0 < bound.saves_usd_per_hour <= weak.usd_per_hour - free.usd_per_hour + 1e-6
    assert weak.power_kw <= 0.3


def test_an_impossible_budget_names_it_and_the_nearest(context: Context) -> None:
    answer = plan_fleet(parse_fleet(BASE | {"limits": {"max_usd_per_hour": 0.05}}), context)
    assert isinstance(answer, FleetInfeasible)
    assert "max_usd_per_hour" in answer.binding_limit
    assert answer.nearest[0].usd_per_hour is not None
    assert answer.nearest[0].usd_per_hour > 0.05


def test_more_machines_are_never_offered_for_a_latency_no_design_reaches(context: Context) -> None:
    data = {**BASE, "workloads": [{**CHAT, "sla": {"tpot_p95_s": 0.0001}}]}
    answer = plan_fleet(parse_fleet(data), context)
    assert isinstance(answer, FleetInfeasible)
    text = " ".join([answer.binding_limit, *(c.what + c.reason for c in answer.nearest)])
    assert "replica" not in text
    assert "tpot_p95_s" in text


def test_owned_machines_are_used_up_to_their_number(context: Context) -> None:
    owned = {"name": "rack", "gpu": "A100 SXM 80GB", "gpus": 8, "most": 1, "capex_usd": 1000.0, "power_kw": 4.0,
             "usd_per_kwh": 0.001}  # fmt: skip
    answer = planned(context, BASE | {"owned": [owned]})
    mine = [p for p in answer.pools if p.commitment == "owned"]
    assert mine
    assert sum(max(p.units_by_period) * p.machines_per_unit for p in mine) <= 1


def test_spot_is_derated_and_capped(context: Context) -> None:
    scope = SCOPE | {"commitments": ["spot", "on_demand"], "providers": ["gcp"]}
    free, capped = (
        planned(context, {**BASE, "scope": scope, "limits": {"max_spot_share": share}}) for share in (1.0, 0.25)
    )
    for name in ("chat", "long"):
        most, least = (
            sum(p.serves.get(name, 0.0) for p in answer.pools if p.commitment == "spot") for answer in (free, capped)
        )
        assert most > 0.9
        assert 0.0 < least <= 0.26
    assert capped.usd_per_hour > free.usd_per_hour
