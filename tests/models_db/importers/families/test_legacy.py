from __future__ import annotations

import pytest

from models_db.importers.config_json import from_config
from models_db.importers.families.legacy import gpt2, mpt
from models_db.importers.keys import Keys
from models_db.matrices import total_params
from models_db.schema import Attention
from planner.errors import ModelError

OPT = {
    "architectures": ["OPTForCausalLM"], "hidden_size": 768, "ffn_dim": 3072, "num_hidden_layers": 12,
    "num_attention_heads": 12, "vocab_size": 50272, "max_position_embeddings": 2048,
}  # fmt: skip
STAR = {"n_embd": 64, "n_layer": 2, "n_head": 4, "n_positions": 128, "vocab_size": 100}


def test_opt_has_the_published_total() -> None:
    assert total_params(from_config(OPT, model_id="x/y", source="test", checked="2026-11-24")) == 125_239_296


def test_starcoder_has_one_key_value_head() -> None:
    (group,) = gpt2(Keys(STAR), "GPTBigCodeForCausalLM").layers
    assert group.mixers == (Attention(heads=4, kv_heads=1, head_dim=16),)


def test_mpt_with_biases_is_refused() -> None:
    with pytest.raises(ModelError, match="no_bias"):
        mpt(Keys({"n_layers": 2, "d_model": 64, "n_heads": 4, "no_bias": False}), "MPTForCausalLM")
