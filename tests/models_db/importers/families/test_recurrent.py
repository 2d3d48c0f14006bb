from __future__ import annotations

from models_db.cache import kv_elements_per_token, state_elements_per_sequence
from models_db.importers.config_json import from_config
from models_db.schema import Model


def built(**config: object) -> Model:
    return from_config(config, model_id="x/y", source="t", checked="2026-11-29")


def test_rwkv_keeps_a_matrix_of_each_head_and_no_cache() -> None:
    model = built(architectures=["RWKV7ForCausalLM"], hidden_size=2048, num_hidden_layers=24, vocab_size=65536)
    assert kv_elements_per_token(model) == 0
    assert state_elements_per_sequence(model) == 24 * 32 * 64 * 64


def test_mamba_keeps_its_inner_width_times_the_state() -> None:
    model = built(architectures=["MambaForCausalLM"], hidden_size=768, num_hidden_layers=24, vocab_size=50280)
    assert kv_elements_per_token(model) == 0
    assert state_elements_per_sequence(model) == 24 * 1536 * 16
