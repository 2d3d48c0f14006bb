from __future__ import annotations

from models_db.importers.config_json import from_config
from models_db.matrices import total_params
from models_db.schema import Attention

GEMMA_2_2B = {
    "architectures": ["Gemma2ForCausalLM"], "hidden_size": 2304, "num_hidden_layers": 26, "num_attention_heads": 8,
    "num_key_value_heads": 4, "head_dim": 256, "intermediate_size": 9216, "vocab_size": 256000,
    "sliding_window": 4096, "max_position_embeddings": 8192,
}  # fmt: skip


def test_every_other_layer_of_gemma_2_has_a_window() -> None:
    model = from_config(GEMMA_2_2B, model_id="x/y", source="test", checked="2026-11-24")
    assert total_params(model) == 2_614_341_888
    windows = {m.window: g.count for g in model.layers for m in g.mixers if isinstance(m, Attention)}
    assert windows == {4096: 13, None: 13}
