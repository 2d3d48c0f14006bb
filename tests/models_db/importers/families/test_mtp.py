from __future__ import annotations

from typing import Any

from models_db.importers.config_json import from_config
from tests.models_db.conftest import LLAMA

DEEPSEEK: dict[str, Any] = LLAMA | {
    "architectures": ["DeepseekV3ForCausalLM"], "kv_lora_rank": 512, "q_lora_rank": 1536, "qk_nope_head_dim": 128,
    "qk_rope_head_dim": 64, "v_head_dim": 128, "n_routed_experts": 16, "num_experts_per_tok": 2,
    "moe_intermediate_size": 256, "first_k_dense_replace": 1, "num_nextn_predict_layers": 1,
}  # fmt: skip


def counted(config: dict[str, Any]) -> dict[str, int | None]:
    model = from_config(config, model_id="x/y", source="t", checked="2026-11-29")
    return {part.name: part.params for part in model.left_out}


def test_a_layer_for_prediction_and_the_biases_of_routers_are_counted() -> None:
    parts = counted(DEEPSEEK)
    assert parts["biases of routers"] == 16 * 32
    assert (parts["the layer for MTP"] or 0) > 2 * 128256 * 4096


def test_a_model_without_such_layers_leaves_nothing_out() -> None:
    assert counted(LLAMA) == {}


def test_layers_of_a_class_without_a_rule_are_named_without_a_count() -> None:
    config = LLAMA | {"architectures": ["MiMoForCausalLM"], "num_nextn_predict_layers": 2}
    assert counted(config) == {"2 layers for multi-token prediction": None}
