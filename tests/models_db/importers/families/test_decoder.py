from __future__ import annotations

import pytest

from models_db.importers.families.decoder import build, unknown
from models_db.importers.keys import Keys
from models_db.schema import Attention, Dense
from planner.errors import ModelError
from tests.models_db.conftest import LLAMA


def test_llama_is_one_group_of_equal_layers() -> None:
    (group,) = build(Keys(LLAMA), "LlamaForCausalLM").layers
    assert group.count == 32
    assert group.mixers == (Attention(heads=32, kv_heads=8, head_dim=128),)
    assert group.ffns == (Dense(intermediate=14336),)


def test_an_unknown_class_is_read_only_when_every_key_is_there() -> None:
    assert unknown(Keys(LLAMA), "BrandNew").layers == build(Keys(LLAMA), "LlamaForCausalLM").layers
    with pytest.raises(ModelError, match="num_key_value_heads"):
        unknown(Keys({k: v for k, v in LLAMA.items() if k != "num_key_value_heads"}), "BrandNew")
