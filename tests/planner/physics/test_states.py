from __future__ import annotations

import numpy as np

from models_db.cache import cache_layers
from models_db.schema import LinearAttention, StateSpace
from planner.catalogs import Catalogs
from planner.physics.states import (
    CONV_ROWS,
    attention_token_bytes,
    block_tokens,
    largest_state,
    state_bytes,
    token_bytes,
)
from tests.planner.conftest import SEVENTY, one_gpu

HYBRID = "Qwen/Qwen3.6-35B-A3B"


def test_a_state_is_float32_unless_told_otherwise(catalogs: Catalogs) -> None:
    # 32 heads of 128 x 128 and a convolution of 24,576 values in 16 bit.
    model = catalogs.models.find(HYBRID).model
    linear = next(layer for layer in cache_layers(model) if layer.kind == "linear")
    assert state_bytes(linear, 4.0) == 32 * 128 * 128 * 4 + 24_576 * 2
    assert largest_state(model) == state_bytes(linear, 4.0)
    assert largest_state(model, 2.0) < 0.55 * largest_state(model)
    assert largest_state(catalogs.models.find(SEVENTY).model) == 0.0


def test_all_convolutions_of_recurrent_layers_have_four_taps(catalogs: Catalogs) -> None:
    for name in (HYBRID, "Qwen/Qwen3-Next-80B-A3B-Instruct", "nvidia/NVIDIA-Nemotron-3-Super-120B-A12B-BF16"):
        mixers = [m for group in catalogs.models.find(name).model.layers for m in group.mixers]
        taps = {m.conv for m in mixers if isinstance(m, LinearAttention | StateSpace)}
        assert taps == {CONV_ROWS + 1}


def test_heads_are_replicated_where_ranks_outnumber_them(catalogs: Catalogs) -> None:
    layer = cache_layers(catalogs.models.find("Qwen/Qwen3-235B-A22B").model)[0]
    four, eight = (token_bytes(layer, tp=np.array(tp), kv_bits=np.array(16.0)) for tp in (4, 8))
    assert four == eight == 2 * 128 * 2


def test_only_vllm_widens_its_blocks_for_states(catalogs: Catalogs) -> None:
    vllm, sglang = (one_gpu(catalogs, engine, HYBRID) for engine in ("vllm", "sglang"))
    assert block_tokens(vllm)[0] > 1000
    assert block_tokens(vllm)[0] % 16 == 0
    assert block_tokens(vllm)[0] * attention_token_bytes(vllm)[0] >= largest_state(vllm.model)
    assert block_tokens(sglang)[0] == 1
