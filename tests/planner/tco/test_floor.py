from __future__ import annotations

import pytest

from hardware_db.ownership import default_terms
from planner.answers import Plan
from planner.catalogs import Catalogs
from planner.physics.coefficients import Coefficients
from planner.plan.context import Context
from planner.plan.explore import explore
from planner.tco.answer import FloorAnswer
from planner.tco.floor import cheapest_quality
from planner.tco.hosting import CLOSED_FORM_MACHINES
from planner.tco.request import parse_tco
from tests.planner.tco.conftest import BASE, ON, PRICES, SCORED_PRICES, SCORES

pytestmark = pytest.mark.usefixtures("crossings_of_the_same_machines")

SHIPPED = Coefficients.shipped()


def test_a_quality_is_reached_by_open_and_closed_models_alike(catalogs: Catalogs) -> None:
    data = {k: v for k, v in BASE.items() if k != "model"} | {
        "quality": {"benchmark": "Arena coding", "min_score": 1530}
    }
    request, asked = parse_tco(
        {**data, "scope": {"gpus": ["H200"]}, "tco": {"commitments": ["on_demand"], "own": False}}
    )
    found = cheapest_quality(request, asked, catalogs, SHIPPED, today=ON)
    assert {way.kind for way in found.ways} == {"self-hosted", "API"}
    assert any(way.model.startswith("anthropic/claude") for way in found.ways)
    assert all(way.score >= 1530 for way in found.ways)


def test_ways_to_a_quality_are_sorted_and_reach_it(catalogs: Catalogs) -> None:
    data = {k: v for k, v in BASE.items() if k != "model"} | {"quality": {"benchmark": "MMLU", "min_score": 88.0}}
    request, asked = parse_tco(
        {**data, "scope": {"gpus": ["H200"]}, "tco": {"commitments": ["on_demand"], "own": False}}
    )
    found = cheapest_quality(request, asked, catalogs, SHIPPED, own_prices=SCORED_PRICES, own_scores=SCORES, today=ON)
    usd = [way.usd_per_month for way in found.ways]
    assert usd == sorted(usd)
    assert all(way.score >= 88.0 and way.score_source and way.sources for way in found.ways)
    kinds = {way.model: way.kind for way in found.ways}
    assert kinds["a/clever"] == "API"
    assert kinds["meta-llama/Llama-3.1-405B"] == "self-hosted"
    assert "deepseek-ai/DeepSeek-R1" not in kinds
    assert found.below == ["a/plain", "groq/qwen/qwen3-32b"]
    assert CLOSED_FORM_MACHINES in found.assumptions
    assert "a/plain" not in kinds


def _thin(catalogs: Catalogs, sla: dict[str, float]) -> FloorAnswer:
    data = {k: v for k, v in BASE.items() if k != "model"} | {
        "quality": {"benchmark": "MMLU", "min_score": 88.0}, "traffic": {"rate_per_s": 1 / 900}, "sla": sla,
        "scope": {"gpus": ["H200"]}, "tco": {"commitments": ["on_demand"], "own": False},
    }  # fmt: skip
    request, asked = parse_tco(data)
    found = cheapest_quality(request, asked, catalogs, SHIPPED, own_prices=SCORED_PRICES, own_scores=SCORES, today=ON)
    assert isinstance(found, FloorAnswer)
    return found


def test_a_model_for_thin_traffic_may_be_stopped_when_idle(catalogs: Catalogs) -> None:
    name = "meta-llama/Llama-3.1-405B"
    ways = {way.way: way for way in _thin(catalogs, {"tpot_p95_s": 0.08}).ways if way.model == name}
    stopped = ways["on demand, scale to zero"]
    assert not stopped.breaches
    assert "starts" in stopped.what
    alone = [way for way in ways.values() if way is not stopped]
    assert all(stopped.usd_per_month < way.usd_per_month for way in alone)


def test_one_whose_starts_break_the_sla_is_listed_last_with_what_they_break(catalogs: Catalogs) -> None:
    found = _thin(catalogs, {"tpot_p95_s": 0.08, "ttft_p95_s": 10.0}).ways
    broken = [way for way in found if way.breaches]
    assert [way.way for way in broken] == ["on demand, scale to zero"] * len(broken) != []
    assert found[-len(broken) :] == broken
    assert all("ttft_p95_s" in way.breaches[0] for way in broken)
    kept = {way.model for way in found if not way.breaches and way.kind == "self-hosted"}
    assert {way.model for way in broken} <= kept


def test_the_cheapest_model_to_host_is_that_of_a_plan(catalogs: Catalogs) -> None:
    """Its score is of a checkpoint without a record of its own: 4,478.60 a month stood beside 0.60 an hour."""
    data = {
        "quality": {"benchmark": "MMLU", "min_score": 80.0}, "traffic": {"rate_per_s": 2.0},
        "input_tokens": {"mean": 800}, "output_tokens": {"mean": 300}, "sla": {"tpot_p95_s": 0.04},
        "tco": {"commitments": ["on_demand"], "own": False, "apis": ["a/dear"]},
    }  # fmt: skip
    request, asked = parse_tco(data)
    found = cheapest_quality(request, asked, catalogs, SHIPPED, own_prices=SCORED_PRICES | PRICES, today=ON)
    made = explore(request, Context(catalogs, SHIPPED)).answer
    assert isinstance(made, Plan)
    hosted = min((way for way in found.ways if way.kind == "self-hosted"), key=lambda way: way.usd_per_month)
    staff = default_terms()["staff_fte_cloud"].value * default_terms()["staff_usd_per_year"].value / 12.0
    assert hosted.usd_per_month == pytest.approx(made.cluster.cost.usd_per_month + staff, abs=0.02)
