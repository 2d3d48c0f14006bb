"""Fleet requests from TOML to an answer."""

from __future__ import annotations

from typing import Any

import pytest

from planner.defaults import OLD_PRICE_DAYS
from planner.errors import InputError
from planner.fleet.answer import FleetInfeasible, FleetPlan
from planner.fleet.plan import fleet_doubts, plan_fleet
from planner.fleet.request import parse_fleet
from planner.plan.context import Context
from tests.planner.fleet.conftest import BASE, CHAT, LONG, planned


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


def test_owned_machines_are_used_up_to_their_number(context: Context) -> None:
    owned = {"name": "rack", "gpu": "A100 SXM 80GB", "gpus": 8, "most": 1, "capex_usd": 1000.0, "power_kw": 4.0,
             "usd_per_kwh": 0.001}  # fmt: skip
    answer = planned(context, BASE | {"owned": [owned]})
    mine = [p for p in answer.pools if p.commitment == "owned"]
    assert mine
    assert sum(max(p.units_by_period) * p.machines_per_unit for p in mine) <= 1


def test_spot_is_derated_and_capped(priced: Context) -> None:
    scope = {"gpus": ["L4", "L40S"], "commitments": ["spot", "on_demand"], "providers": ["me"]}
    free, capped = (
        planned(priced, {**BASE, "scope": scope, "limits": {"max_spot_share": share}}) for share in (1.0, 0.25)
    )
    for name in ("chat", "long"):
        most, least = (
            sum(p.serves.get(name, 0.0) for p in answer.pools if p.commitment == "spot") for answer in (free, capped)
        )
        assert most > 0.9
        assert 0.0 < least <= 0.26
    assert capped.usd_per_hour > free.usd_per_hour


@pytest.mark.parametrize("named", [True, False])
def test_a_fleet_on_the_premises_rents_nothing(context: Context, named: bool) -> None:
    """The machines that the file names, or where it names none those that one may buy."""
    owned = {"name": "rack", "gpu": "A100 SXM 80GB", "gpus": 8, "most": 9, "capex_usd": 9000.0, "power_kw": 4.0}
    scope = {"gpus": ["A100 SXM 80GB", "L40S"], "on_premises": True}
    answer = planned(context, BASE | {"scope": scope, "owned": [owned] if named else []})
    assert {pool.commitment for pool in answer.pools} == {"owned"}
    machines = {pool.instance_type for pool in answer.pools}
    assert (machines == {"rack"}) if named else all("server" in name or "workstation" in name for name in machines)


def test_each_pool_tells_its_loss_and_what_is_doubtful_about_its_price(base: FleetPlan) -> None:
    for pool in base.pools:
        assert pool.quality.weights.format == pool.weight_format
        assert pool.quality.text
    old = [pool for pool in base.pools if (pool.price_age_days or 0) > OLD_PRICE_DAYS]
    for pool in old:
        assert any(f"{pool.instance_type} ({pool.provider})" in text for text in base.warnings)
    many = [
        pool.model_copy(update={"units_by_period": [1000], "price_age_days": 1, "price_flags": []})
        for pool in base.pools
    ]
    assert any("ask for its stock" in text for text in fleet_doubts(many, aged=True))
    few = [pool.model_copy(update={"units_by_period": [1]}) for pool in many[:1]]
    assert fleet_doubts(few, aged=True) == []


def test_a_gguf_name_is_bought_under_llama_cpp_as_it_is_planned(context: Context) -> None:
    scope = {"gpus": ["L4", "L40S"]}
    workloads = [{**CHAT, "model": "unsloth/Qwen3-8B-GGUF"}, {**LONG, "model": "Qwen/Qwen3-8B"}]
    found = planned(context, {"workloads": workloads, "scope": scope})
    assert {pool.model: pool.engine for pool in found.pools} == {
        "unsloth/Qwen3-8B-GGUF": "llama.cpp", "Qwen/Qwen3-8B": "vllm",
    }  # fmt: skip
    assert any("unsloth/Qwen3-8B-GGUF: planned under llama.cpp" in text for text in found.assumptions)


def test_a_named_engine_counts_for_gguf_too(context: Context) -> None:
    scope = {"gpus": ["L4", "L40S"], "engines": ["vllm"]}
    found = planned(context, {"workloads": [{**CHAT, "model": "unsloth/Qwen3-8B-GGUF"}], "scope": scope})
    assert {pool.engine for pool in found.pools} == {"vllm"}


def test_machines_that_cost_nothing_are_compared_in_dollars(context: Context) -> None:
    owned = {"name": "rack", "gpu": "A100 SXM 80GB", "gpus": 8, "most": 9, "capex_usd": 0.0, "power_kw": 4.0,
             "usd_per_kwh": 0.0}  # fmt: skip
    answer = planned(context, BASE | {"owned": [owned]}, why_not=["L4", "owned"])
    assert answer.usd_per_hour == 0.0
    other, mine = answer.why_not
    assert other.reason.startswith("costs $")
    assert mine.reason.startswith("as cheap")


@pytest.mark.parametrize("stated", [{"current": {"l40z": 50}}, {"limits": {"inventory": {"l40z": 1}}}])
def test_a_machine_that_nobody_offers_is_one_line(context: Context, stated: dict[str, Any]) -> None:
    with pytest.raises(InputError, match=r"'l40z' is no machine \(nearest: "):
        planned(context, BASE | stated)


def test_a_share_of_spot_that_cannot_be_kept_is_named(priced: Context) -> None:
    scope = {"gpus": ["L4"], "commitments": ["spot"], "providers": ["me"]}
    asked = parse_fleet({**BASE, "scope": scope, "limits": {"max_spot_share": 0.0}})
    answer = plan_fleet(asked, priced)
    assert isinstance(answer, FleetInfeasible)
    assert answer.binding_limit.endswith("but not within limits.max_spot_share = 0")
