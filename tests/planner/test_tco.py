"""Money: prices dated and sourced, lines that add up, and one assumption moving what it should and nothing else."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import jsonschema
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hardware_db.ownership import default_terms, servers
from planner.answers import Plan
from planner.catalogs import Catalogs
from planner.cli.main import main
from planner.errors import InputError
from planner.physics.coefficients import Coefficients
from planner.plan.explore import plan
from planner.tco.answer import TcoAnswer
from planner.tco.apis import ApiPrice, find_price, read_prices
from planner.tco.owned import owned_lines
from planner.tco.request import parse_tco
from planner.tco.tco import tco

SHIPPED = Coefficients.shipped()

ON = date(2026, 11, 20)
NAMED = (
    "openai/gpt-4o", "openai/gpt-4.1", "openai/gpt-5", "anthropic/claude-3-5-sonnet", "anthropic/claude-sonnet-4-0",
    "anthropic/claude-sonnet-4-5", "google/gemini-1.5-pro", "google/gemini-2.5-pro", "google/gemini-3-pro-preview",
)  # fmt: skip
PRICES = {
    name: ApiPrice(
        name.split("/")[0], name.split("/")[1], usd, usd / 4, 4 * usd, usd / 2, 2 * usd, None, "2026-11-20", "test"
    )
    for name, usd in (("a/dear", 20.0), ("a/cheap", 0.05))
}
BASE: dict[str, Any] = {
    "model": "meta-llama/Llama-3.1-8B-Instruct", "traffic": {"rate_per_s": 5.0}, "input_tokens": {"mean": 1000},
    "output_tokens": {"mean": 200}, "sla": {"tpot_p95_s": 0.08}, "scope": {"gpus": ["H100", "L40S"]},
    "tco": {"apis": ["a/dear", "a/cheap"], "owned": ["H100"]},
}  # fmt: skip


def answered(catalogs: Catalogs, **tco_changes: Any) -> TcoAnswer:
    request, asked = parse_tco({**BASE, "tco": {**BASE["tco"], **tco_changes}})
    return tco(request, asked, catalogs, SHIPPED, own_prices=PRICES)


@pytest.fixture(scope="module")
def base(catalogs: Catalogs) -> TcoAnswer:
    return answered(catalogs)


def line(answer: TcoAnswer, option: str, name: str) -> float:
    found = next(s for s in answer.self_hosting if s.name == option)
    return next(row.usd_per_month for row in found.lines if row.name == name)


@pytest.mark.parametrize("name", NAMED)
def test_named_apis_have_dated_prices_offline(name: str) -> None:
    price = find_price(name, ON)
    assert 0 < price.input < price.output
    assert price.source.startswith("genai-prices")
    assert price.as_of == "2026-11-20"


def test_a_known_price_and_its_cached_and_batch_rates() -> None:
    price = find_price("gpt-4o", ON)
    assert (price.input, price.cached, price.output) == pytest.approx((2.5, 1.25, 10.0))
    assert price.usd(1e6, 1e6) == pytest.approx(12.5)
    assert price.usd(1e6, 0.0, cached_share=1.0) == pytest.approx(1.25)
    assert price.usd(1e6, 1e6, batch_share=1.0) == pytest.approx(6.25)
    with pytest.raises(InputError, match="nearest"):
        find_price("openai/gpt-4p", ON)
    with pytest.raises(InputError, match="not known"):
        find_price("nobody/gpt-4o", ON)


def test_lines_add_up_and_are_sourced(base: TcoAnswer) -> None:
    assert {s.name for s in base.self_hosting} >= {"on demand", "owned"}
    for option in base.self_hosting:
        assert option.usd_per_month == pytest.approx(sum(row.usd_per_month for row in option.lines), abs=0.005)
        assert option.sources
    assert [s.usd_per_month for s in base.self_hosting] == sorted(s.usd_per_month for s in base.self_hosting)


def test_rent_reconciles_with_plan_to_the_cent(catalogs: Catalogs, base: TcoAnswer) -> None:
    request, _ = parse_tco(BASE)
    answer = plan(request, catalogs, SHIPPED)
    assert isinstance(answer, Plan)
    assert line(base, "on demand", "rent") == pytest.approx(answer.cluster.cost.usd_per_hour * 730.5, abs=0.01)


def test_twice_the_price_of_power_is_twice_that_line_and_nothing_else(catalogs: Catalogs, base: TcoAnswer) -> None:
    twice = answered(catalogs, terms={"usd_per_kwh": 2 * default_terms()["usd_per_kwh"].value})
    for option in base.self_hosting:
        for row in option.lines:
            expected = 2.0 if (option.name, row.name) == ("owned", "power") else 1.0
            assert line(twice, option.name, row.name) == pytest.approx(expected * row.usd_per_month, rel=1e-4)
    assert [a.usd_per_month for a in twice.apis] == [a.usd_per_month for a in base.apis]


def test_break_even_lies_where_costs_cross(base: TcoAnswer) -> None:
    even = {b.api: b for b in base.break_even}
    assert even["a/dear"].tokens_per_month is not None
    cheap = even["a/cheap"].tokens_per_month
    assert cheap is None or cheap > even["a/dear"].tokens_per_month
    for point in base.curve:
        if point.tokens_per_month > 1.2 * even["a/dear"].tokens_per_month:
            assert point.self_hosted_usd < point.api_usd["a/dear"]


def test_private_traffic_stays(catalogs: Catalogs) -> None:
    half = answered(catalogs, private_share=0.5)
    assert half.hybrid.self_hosted_share >= 0.5
    assert any("may not leave" in text for text in half.advice)
    assert answered(catalogs, private_share=1.0).advice[0].startswith("choose open")


def test_advice_follows_the_figures(base: TcoAnswer, catalogs: Catalogs) -> None:
    assert base.advice[0].startswith(("choose API", "choose hybrid"))
    dear = answered(catalogs, apis=["a/dear"])
    assert dear.advice[0].startswith("choose open")
    assert f"{dear.apis[0].usd_per_month:,.2f}" in dear.advice[0]
    assert dear.chance_that_hosting_is_cheaper > 0.5 > base.chance_that_hosting_is_cheaper


def test_risk_and_sensitivity_are_ordered_and_repeatable(base: TcoAnswer, catalogs: Catalogs) -> None:
    for risk in (base.self_hosted_risk, base.api_risk):
        assert risk.p10 <= risk.p50 <= risk.p90
    swings = [abs(s.usd_at_high - s.usd_at_low) for s in base.sensitivity]
    assert swings == sorted(swings, reverse=True)
    assert answered(catalogs) == base


@settings(max_examples=40, deadline=None)
@given(count=st.integers(1, 500), kwh=st.floats(0.01, 1.0))
def test_owned_costs_grow_with_servers_and_power(count: int, kwh: float) -> None:
    terms = {name: term.value for name, term in default_terms().items()}
    server = servers()["h100-sxm"]
    one = owned_lines(server, float(count), terms)
    more = owned_lines(server, float(count + 1), {**terms, "usd_per_kwh": kwh})
    assert all(v >= 0 for v in one.values())
    assert more["write-off"] > one["write-off"]
    assert more["power"] == pytest.approx(one["power"] * (count + 1) / count * kwh / terms["usd_per_kwh"])


def test_own_prices_are_read_and_checked(tmp_path: Path) -> None:
    path = tmp_path / "prices.toml"
    good = '[[price]]\nprovider = "x"\nmodel = "y"\ninput = 1\noutput = 2\nas_of = "2026-01-01"\nsource = "contract"\n'
    path.write_text(good)
    assert read_prices(path)["x/y"].output == 2.0
    for bad in ("", "[[price]]\n", good.replace("input = 1", "input = -1"), good.replace('"contract"', "3"), "a = ["):
        path.write_text(bad)
        with pytest.raises(InputError):
            read_prices(path)


def test_the_article_by_hand() -> None:
    """0.1 million tokens at $0.03 a thousand are 3 dollars."""
    price = ApiPrice("article", "gpt-4", 30.0, None, 30.0, None, None, None, "2023", "$0.03 per thousand tokens")
    assert price.usd(0.1e6, 0.0) == pytest.approx(3.0)
    assert price.usd(500e6, 0.0) == pytest.approx(15_000.0)


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


@pytest.mark.parametrize("model", NAMED_MODELS)
def test_each_named_model_against_each_named_api(catalogs: Catalogs, model: str) -> None:
    """What the article names has a figure, offline, with a source and a day behind each price."""
    scope = {"gpus": ["H200"], "engines": ["vllm"]}
    request, asked = parse_tco(
        {**BASE, "model": model, "scope": scope, "tco": {"apis": list(NAMED_APIS), "own": False}}
    )
    answer = tco(request, asked, catalogs, SHIPPED, today=ON)
    assert answer.self_hosting[0].usd_per_month > 0.0
    assert {api.name for api in answer.apis} == set(NAMED_APIS)
    assert all(api.usd_per_month > 0.0 and api.source and api.as_of for api in answer.apis)
    assert all(option.sources for option in answer.self_hosting)


def test_the_command(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    path = tmp_path / "prices.toml"
    path.write_text(
        '[[price]]\nprovider = "x"\nmodel = "y"\ninput = 1\noutput = 2\nas_of = "2026-01-01"\nsource = "contract"\n'
    )
    args = ["tco", "-m", BASE["model"], "--tokens-per-month", "50e6", "--gpu", "L40S", "--api", "x/y"]
    assert main([*args, "--api-prices", str(path), "--format", "json"]) == 0
    data = json.loads(capsys.readouterr().out)
    main(["schema", "tco"])
    jsonschema.validate(data, json.loads(capsys.readouterr().out))
    assert data["tokens_in_per_month"] + data["tokens_out_per_month"] == pytest.approx(50e6)
    assert np.isclose(
        data["apis"][0]["usd_per_month"],
        (data["tokens_in_per_month"] + 2 * data["tokens_out_per_month"]) / 1e6,
        atol=0.01,
    )
    assert main([*args, "--api-prices", str(path)]) == 0
    assert "USD" in capsys.readouterr().out
    for bad in (["--term", "kwh=1"], ["--term", "x"], ["--on", "soon"], ["--api", "z/z"], ["--private-share", "3"]):
        assert main([*args, "--api-prices", str(path), *bad]) == 2
        assert capsys.readouterr().err.count("\n") == 1
