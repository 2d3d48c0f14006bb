from __future__ import annotations

import pytest

from models_db.importers.families.layered import experts_of, finish, gqa
from models_db.importers.keys import Keys
from models_db.schema import Dense, Layers
from planner.errors import ModelError

CONFIG = {
    "hidden_size": 64, "num_attention_heads": 8, "num_key_value_heads": 2, "vocab_size": 100, "num_experts": 16,
    "num_experts_per_tok": 4, "moe_intermediate_size": 32, "max_position_embeddings": 4096,
}  # fmt: skip


def test_heads_share_the_hidden_size() -> None:
    found = gqa(Keys(CONFIG), 64, gate=True)
    assert (found.heads, found.kv_heads, found.head_dim, found.gate) == (8, 2, 8, True)
    assert gqa(Keys({**CONFIG, "head_dim": 16}), 64).head_dim == 16


def test_key_value_heads_must_divide_the_heads() -> None:
    with pytest.raises(ModelError, match="num_key_value_heads: 3 does not divide the 8"):
        gqa(Keys({**CONFIG, "num_key_value_heads": 3}), 64)


def test_experts_are_those_of_the_config() -> None:
    found = experts_of(Keys(CONFIG), 0, 4)
    assert (found.experts, found.topk, found.intermediate, found.gated) == (16, 4, 32, True)
    assert not experts_of(Keys({**CONFIG, "mlp_hidden_act": "relu2"}), 0, 4).gated


def test_equal_layers_become_one_group() -> None:
    one = Layers(count=1, ffns=(Dense(intermediate=128),), small_params=64)
    other = Layers(count=1, ffns=(Dense(intermediate=256),), small_params=64)
    found = finish(Keys(CONFIG), 64, [one, one, other, one], tied=True, small_params=5)
    assert [group.count for group in found.layers] == [3, 1]
    assert (found.hidden, found.vocab, found.tied, found.small_params, found.max_context) == (64, 100, True, 69, 4096)
