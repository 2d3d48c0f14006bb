from __future__ import annotations

from models_db.importers.config_json import from_config
from models_db.importers.families.latent import mla, mla_small
from models_db.importers.keys import Keys
from models_db.matrices import total_params

LITE = {
    "architectures": ["DeepseekV2ForCausalLM"], "hidden_size": 2048, "num_hidden_layers": 27, "vocab_size": 102400,
    "num_attention_heads": 16, "num_key_value_heads": 16, "kv_lora_rank": 512, "q_lora_rank": None,
    "qk_nope_head_dim": 128, "qk_rope_head_dim": 64, "v_head_dim": 128, "intermediate_size": 10944,
    "moe_intermediate_size": 1408, "n_routed_experts": 64, "n_shared_experts": 2, "num_experts_per_tok": 6,
    "first_k_dense_replace": 1, "moe_layer_freq": 1,
}  # fmt: skip


def test_deepseek_v2_lite_has_the_published_total() -> None:
    model = from_config(LITE, model_id="x/y", source="test", checked="2026-11-24")
    assert total_params(model) == 15_706_484_224
    assert model.leading_dense == 1


def test_the_query_has_a_latent_only_where_a_rank_is_stated() -> None:
    plain, ranked = mla(Keys(LITE)), mla(Keys(LITE | {"q_lora_rank": 1536}))
    assert (plain.q_rank, ranked.q_rank) == (None, 1536)
    assert mla_small(ranked) - mla_small(plain) == 1536
