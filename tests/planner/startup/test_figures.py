"""Figures that engines print at start, for one design."""

from __future__ import annotations

import pytest

from planner.catalogs import Catalogs
from planner.physics.coefficients import Coefficients
from planner.physics.deployment import Deployment, one_design
from planner.physics.split import Split
from planner.request.engine import EngineSettings
from planner.startup.figures import Start, Values, as_far_as_it_starts, values_of


def values(
    catalogs: Catalogs, coefficients: Coefficients, model: str, engine: str, *, tp: int = 1, consumed: bool = False,
    **settings: object,
) -> dict[str, float]:  # fmt: skip
    stated = EngineSettings.model_validate(settings)
    design, _ = one_design(Deployment(model, "H100", engine=engine, split=Split(tp=tp), settings=stated), catalogs)
    found = values_of(Start(design, coefficients, 64.0, 8192, consumed))
    return {name: value for name, value in found.items() if isinstance(value, float)}


def test_the_terms_of_vllm_add_up_to_its_budget(catalogs: Catalogs, coefficients: Coefficients) -> None:
    of = values(catalogs, coefficients, "meta-llama/Llama-3.1-8B", "vllm", engine_version="0.11")
    spent = of["weights_gib"] + of["non_torch_gib"] + of["activation_gib"] + of["kv_pool_gib"]
    assert spent == pytest.approx(of["budget_gib"]) == pytest.approx(of["total_gib"] * 0.9)
    assert of["concurrency"] == pytest.approx(of["kv_tokens"] / 8192)
    assert of["blocks"] * 16 == of["kv_tokens"]


def test_newest_vllm_puts_the_estimate_of_graphs_into_the_peak(catalogs: Catalogs, coefficients: Coefficients) -> None:
    model = "Qwen/Qwen3-30B-A3B"
    apart = values(catalogs, coefficients, model, "vllm")
    of = values(catalogs, coefficients, model, "vllm", consumed=True)
    assert of["activation_gib"] - apart["activation_gib"] == pytest.approx(of["graphs_estimated_gib"])
    assert of["consumed_gib"] + of["activation_gib"] + of["kv_pool_gib"] == pytest.approx(of["budget_gib"])


def test_without_graphs_no_graph_is_stated(catalogs: Catalogs, coefficients: Coefficients) -> None:
    of = values(catalogs, coefficients, "Qwen/Qwen3-30B-A3B", "vllm", eager=True)
    assert "graphs_gib" not in of
    assert of["captured_gib"] == 0.0


def test_what_is_free_in_sglang_follows_from_step_to_step(catalogs: Catalogs, coefficients: Coefficients) -> None:
    of = values(catalogs, coefficients, "Qwen/Qwen2.5-72B", "sglang", tp=4)
    assert of["free_before_gib"] - of["weights_gib"] == pytest.approx(of["load_end_free_gib"])
    assert of["load_end_free_gib"] - of["kv_pool_gib"] == pytest.approx(of["pool_end_free_gib"])
    assert of["k_gib"] + of["v_gib"] == pytest.approx(of["kv_pool_gib"])


def test_states_and_windows_have_pools_of_their_own(catalogs: Catalogs, coefficients: Coefficients) -> None:
    of = values(catalogs, coefficients, "Qwen/Qwen3-Next-80B-A3B-Instruct", "sglang", tp=4)
    assert of["conv_gib"] + of["ssm_gib"] == pytest.approx(of["state_pool_gib"])
    assert of["state_pool_gib"] / (of["state_pool_gib"] + of["kv_pool_gib"]) == pytest.approx(0.9 / 1.9, abs=0.01)
    of = values(catalogs, coefficients, "openai/gpt-oss-20b", "sglang")
    assert of["window_tokens"] / of["kv_tokens"] == pytest.approx(0.8, abs=1e-4)
    assert of["k_gib"] + of["v_gib"] + 2 * of["window_k_gib"] == pytest.approx(of["kv_pool_gib"])


def test_latents_are_one_size(catalogs: Catalogs, coefficients: Coefficients) -> None:
    of = values(catalogs, coefficients, "deepseek-ai/DeepSeek-V2-Lite", "sglang")
    assert of["latent_gib"] == pytest.approx(of["kv_pool_gib"])
    assert "k_gib" not in of


def test_the_pool_of_tensorrt_is_a_share_of_what_is_free(catalogs: Catalogs, coefficients: Coefficients) -> None:
    of = values(catalogs, coefficients, "meta-llama/Llama-3.1-8B", "tensorrt-llm")
    assert of["kv_pool_gib"] == pytest.approx(0.9 * of["free_gib"])
    assert of["peak_gib"] + of["free_gib"] == pytest.approx(of["total_gib"])
    assert of["token_bytes"] == pytest.approx(131_072)


@pytest.mark.parametrize(
    ("change", "flag"),
    [({"weights_gib": 90.0}, "no_load"), ({"kv_pool_gib": -1.0}, "no_room"), ({"request_gib": 50.0}, "too_long"),
     ({}, None)],
)  # fmt: skip
def test_a_start_ends_where_there_is_no_room(change: Values, flag: str | None) -> None:
    sound = {"weights_gib": 15.0, "total_gib": 80.0, "kv_pool_gib": 40.0, "kv_tokens": 1e5, "request_gib": 1.0,
             "concurrency": 12.0}  # fmt: skip
    found = as_far_as_it_starts({**sound, **change}, refuses=True)
    assert [name for name in ("no_load", "no_room", "too_long") if name in found] == ([flag] if flag else [])
    assert (found.get("concurrency") is None) == (flag is not None)
