from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from planner.catalogs import Catalogs
from planner.physics.coefficients import Coefficients
from planner.physics.kv_cache import cache_bytes, kv_bytes_per_token
from planner.physics.step import Load, StepModel
from tests.consistency.drawn import at_random
from tests.planner.conftest import SEVENTY, designs, one_gpu, only

SHIPPED = Coefficients.shipped()


def test_deepseek_v3_kv_is_70272_bytes_on_every_rank(catalogs: Catalogs) -> None:
    model = catalogs.models.find("deepseek-ai/DeepSeek-V3").model
    assert kv_bytes_per_token(model) == 70_272
    assert kv_bytes_per_token(model, tp=8) == 70_272


def test_tp8_with_four_kv_heads_replicates(catalogs: Catalogs) -> None:
    model = catalogs.models.find("Qwen/Qwen3-235B-A22B").model
    whole = kv_bytes_per_token(model)
    assert kv_bytes_per_token(model, tp=4) == whole / 4
    assert kv_bytes_per_token(model, tp=8) == whole / 4


@at_random(20, 60)
@given(tokens=st.integers(1, 200_000), more=st.integers(0, 50_000), name=st.sampled_from(
    ["google/gemma-3-27b-it", "openai/gpt-oss-120b", "Qwen/Qwen3.5-27B", "deepseek-ai/DeepSeek-V3.2", SEVENTY,
     "deepseek-ai/DeepSeek-V4-Flash", "meta-llama/Llama-4-Scout-17B-16E-Instruct"]))  # fmt: skip
def test_cache_grows_with_context(catalogs: Catalogs, tokens: int, more: int, name: str) -> None:
    d = designs(catalogs, name, "H200")
    small, large = (cache_bytes(d, np.array(float(n))) for n in (tokens, tokens + more))
    assert (large >= small).all()


def test_cache_grows_with_layers(catalogs: Catalogs) -> None:
    model = catalogs.models.find(SEVENTY).model
    group = model.layers[0]
    deeper = model.model_copy(update={"layers": (group.model_copy(update={"count": group.count + 8}),)})
    d = designs(catalogs, SEVENTY, "H100")
    more = cache_bytes(replace(d, model=deeper), np.array(4096.0))
    assert (more > cache_bytes(d, np.array(4096.0)) * 1.05).all()


def test_windows_bound_the_cache(catalogs: Catalogs) -> None:
    d = only(designs(catalogs, "google/gemma-3-27b-it", "H100"), 1)
    slope = cache_bytes(d, np.array(65536.0)) - cache_bytes(d, np.array(32768.0))
    assert slope[0] == pytest.approx(32768 * 10 * 2 * 16 * 128 * 2)


MISTRAL = "mistralai/Mistral-7B-v0.1"


def test_a_window_on_every_layer_is_not_applied_by_tensorrt_llm(catalogs: Catalogs) -> None:
    long = np.array([20_000.0])
    whole, windowed = (cache_bytes(one_gpu(catalogs, name, MISTRAL), long)[0] for name in ("tensorrt-llm", "vllm"))
    assert whole > 4.0 * windowed
    # Layers with and without a window are told apart by every engine.
    mixed = {cache_bytes(one_gpu(catalogs, name, "openai/gpt-oss-20b"), long)[0] for name in ("tensorrt-llm", "vllm")}
    assert max(mixed) < 1.1 * min(mixed)
    term = "attention decode"
    bytes_s = [
        float(
            StepModel.of(one_gpu(catalogs, name, MISTRAL), SHIPPED)
            .work(Load(np.ones((1, 1)), 20_000.0))[term]
            .memory_s[0, 0]
        )
        for name in ("tensorrt-llm", "vllm")
    ]
    assert bytes_s[0] > 4.0 * bytes_s[1]
