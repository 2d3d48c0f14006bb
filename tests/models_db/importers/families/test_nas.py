from __future__ import annotations

import pytest

from models_db.importers.families.nas import build
from models_db.importers.keys import Keys
from models_db.schema import Attention, Dense
from planner.errors import ModelError

BLOCK = {"attention": {"n_heads_in_group": 8}, "ffn": {"ffn_mult": 1.0}}
DECI = {"num_hidden_layers": 2, "hidden_size": 1024, "num_attention_heads": 16, "vocab_size": 100}


def test_a_block_has_its_own_sizes_or_nothing() -> None:
    bare = {"attention": {"no_op": True}, "ffn": {"no_op": True}}
    full, empty = build(Keys(DECI | {"block_configs": [BLOCK, bare]}), "DeciLMForCausalLM").layers
    assert full.mixers == (Attention(heads=16, kv_heads=2, head_dim=64),)
    assert full.ffns == (Dense(intermediate=768),)
    assert (empty.mixers, empty.ffns, empty.small_params) == ((), (), 0)


def test_a_block_that_is_no_object_is_named() -> None:
    with pytest.raises(ModelError, match=r"block_configs\[1\]"):
        build(Keys(DECI | {"block_configs": [BLOCK, 3]}), "DeciLMForCausalLM")
