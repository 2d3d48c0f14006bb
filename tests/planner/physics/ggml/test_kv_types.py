"""K and V caches of types of their own."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from models_db.formats import find_kv_format
from models_db.schema import Model
from planner.errors import InputError
from planner.physics.engines import configured
from planner.physics.ggml.kv_types import cache_format
from planner.request.engine import EngineSettings

FP16 = find_kv_format("fp16")


def kept(model: Model, **settings: object) -> tuple[str, float]:
    kv = cache_format(model, configured("llama.cpp", EngineSettings.model_validate(settings)), FP16)
    return kv.id, kv.bits


def test_types_by_name(named: Callable[[str], Model]) -> None:
    model = named("Qwen/Qwen3-8B")
    assert kept(model) == ("fp16", 16.0)
    assert kept(model, cache_type_k="q5_1", cache_type_v="q5_1") == ("q5_1", 6.0)
    assert kept(model, cache_type_k="q8_0") == ("q8_0/fp16", 12.25)


def test_a_latent_is_kept_in_the_type_of_k(named: Callable[[str], Model]) -> None:
    assert kept(named("deepseek-ai/DeepSeek-V3"), cache_type_k="q8_0", cache_type_v="q4_0")[1] == 8.5


def test_a_quantized_v_needs_flash_attention(named: Callable[[str], Model]) -> None:
    with pytest.raises(InputError, match="flash"):
        kept(named("Qwen/Qwen3-8B"), cache_type_v="q8_0", flash_attn="off")


def test_other_engines_keep_their_own(named: Callable[[str], Model]) -> None:
    assert cache_format(named("Qwen/Qwen3-8B"), configured("vllm", EngineSettings()), FP16) is FP16
