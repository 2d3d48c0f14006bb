"""Money: prices dated and sourced, lines that add up, and one assumption moving what it should and nothing else."""

from __future__ import annotations

import pytest

from hardware_db.ownership import default_terms
from planner.answers import Plan
from planner.errors import InputError
from planner.plan.context import Context
from planner.plan.explore import explore
from planner.tco.answer import TcoAnswer
from planner.tco.hosting import CLOSED_FORM_MACHINES
from planner.tco.request import parse_tco
from planner.tco.tco import tco
from tests.consistency.drawn import all_or
from tests.planner.tco.conftest import BASE, ON, PRICES, answered

pytestmark = pytest.mark.usefixtures("crossings_of_the_same_machines")


def line(answer: TcoAnswer, option: str, name: str) -> float:
    found = next(s for s in answer.self_hosting if s.name == option)
    return next(row.usd_per_month for row in found.lines if row.name == name)


def test_lines_add_up_and_are_sourced(base: TcoAnswer) -> None:
    assert {s.name for s in base.self_hosting} >= {"on demand", "owned"}
    for option in base.self_hosting:
        assert option.usd_per_month == pytest.approx(sum(row.usd_per_month for row in option.lines), abs=0.005)
        assert option.sources
    assert [s.usd_per_month for s in base.self_hosting] == sorted(s.usd_per_month for s in base.self_hosting)


def test_rent_reconciles_with_plan_to_the_cent(context: Context, base: TcoAnswer) -> None:
    request, _ = parse_tco(BASE)
    answer = explore(request, context).answer
    assert isinstance(answer, Plan)
    assert line(base, "on demand", "rent") == pytest.approx(answer.cluster.cost.usd_per_hour * 730.5, abs=0.01)


def test_twice_the_price_of_power_is_twice_that_line_and_nothing_else(context: Context, base: TcoAnswer) -> None:
    twice = answered(context, terms={"usd_per_kwh": 2 * default_terms()["usd_per_kwh"].value})
    for option in base.self_hosting:
        for row in option.lines:
            expected = 2.0 if (option.name, row.name) == ("owned", "power") else 1.0
            assert line(twice, option.name, row.name) == pytest.approx(expected * row.usd_per_month, rel=1e-4)
    assert [a.usd_per_month for a in twice.apis] == [a.usd_per_month for a in base.apis]


def test_private_traffic_stays(context: Context) -> None:
    half = answered(context, private_share=0.5)
    assert half.hybrid.self_hosted_share >= 0.5
    assert any("may not leave" in text for text in half.advice)
    assert answered(context, private_share=1.0).advice[0].startswith("choose open")


def test_advice_follows_the_figures(base: TcoAnswer, context: Context) -> None:
    assert base.advice[0].startswith(("choose API", "choose hybrid"))
    dear = answered(context, apis=["a/dear"])
    assert dear.advice[0].startswith("choose open")
    assert f"{dear.apis[0].usd_per_month:,.2f}" in dear.advice[0]
    assert dear.chance_that_hosting_is_cheaper > 0.5 > base.chance_that_hosting_is_cheaper


NAMED_MODELS = (
    "meta-llama/Llama-2-70b-hf", "meta-llama/Meta-Llama-3-70B-Instruct", "meta-llama/Llama-3.1-8B",
    "meta-llama/Llama-3.1-70B", "meta-llama/Llama-3.1-405B", "meta-llama/Llama-4-Maverick-17B-128E-Instruct",
    "codellama/CodeLlama-70b-hf", "mistralai/Mistral-Large-Instruct-2407", "Qwen/Qwen2.5-72B",
    "deepseek-ai/DeepSeek-V3",
)  # fmt: skip


NAMED_APIS = (
    "openai/gpt-4", "openai/gpt-4o", "openai/gpt-4.1", "openai/gpt-5", "openai/gpt-5.5", "anthropic/claude-3-5-sonnet",
    "anthropic/claude-opus-4-0", "anthropic/claude-sonnet-4-5", "anthropic/claude-opus-5-5", "google/gemini-1.5-pro",
    "google/gemini-2.5-pro", "google/gemini-3-pro-preview",
)  # fmt: skip


@pytest.mark.parametrize("model", all_or(["meta-llama/Llama-3.1-70B", "deepseek-ai/DeepSeek-V3"], NAMED_MODELS))
def test_each_named_model_against_each_named_api(context: Context, model: str) -> None:
    """What the article names has a figure, offline, with a source and a day behind each price."""
    scope = {"gpus": ["H200"], "engines": ["vllm"]}
    request, asked = parse_tco(
        {**BASE, "model": model, "scope": scope, "tco": {"apis": list(NAMED_APIS), "own": False}}
    )
    answer = tco(request, asked, context, today=ON)
    assert answer.self_hosting[0].usd_per_month > 0.0
    assert {api.name for api in answer.apis} == set(NAMED_APIS)
    assert all(api.usd_per_month > 0.0 and api.source and api.as_of for api in answer.apis)
    assert all(option.sources for option in answer.self_hosting)


@pytest.mark.parametrize("place", ["on_premises", "air_gapped"])
def test_on_the_premises_nothing_is_rented_and_no_api_is_asked(context: Context, place: str) -> None:
    scope = {"gpus": ["H100", "L40S"], place: True, "owning": {"usd_per_kwh": 0.3}}
    request, asked = parse_tco({**BASE, "scope": scope, "tco": {**BASE["tco"], "owned": []}})
    answer = tco(request, asked, context, own_prices=PRICES)
    assert isinstance(answer, TcoAnswer)
    assert [option.name for option in answer.self_hosting] == ["owned"]
    assert (answer.apis, answer.break_even, answer.hybrid, answer.api_risk) == ([], [], None, None)
    assert answer.advice[0].startswith("choose open: no API may be used on the premises; owned costs $")
    assert any("no rented machines and no API (a/dear, a/cheap)" in text for text in answer.assumptions)
    assert CLOSED_FORM_MACHINES in answer.assumptions
    assert {row.kind for row in answer.horizon.rows} == {"self-hosted"}
    assert answer.self_hosting[0].inputs["usd_per_kwh"] == 0.3


def test_on_the_premises_without_buying_an_error_says_what_to_change(context: Context) -> None:
    request, asked = parse_tco({**BASE, "scope": {"on_premises": True}, "tco": {"own": False}})
    with pytest.raises(InputError, match=r"^tco.own: no machine on the premises hosts it.*own = true buys some"):
        tco(request, asked, context)
