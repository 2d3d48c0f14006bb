from __future__ import annotations

from models_db.cache import kv_elements_per_token
from models_db.importers.config_json import from_config
from models_db.matrices import total_params

# [openai/whisper-large-v3-turbo config.json]
TURBO = {
    "architectures": ["WhisperForConditionalGeneration"], "d_model": 1280, "decoder_layers": 4, "encoder_layers": 32,
    "decoder_attention_heads": 20, "decoder_ffn_dim": 5120, "encoder_ffn_dim": 5120, "num_mel_bins": 128,
    "vocab_size": 51866, "max_source_positions": 1500, "max_target_positions": 448,
}  # fmt: skip


def test_whisper_has_the_published_count_and_a_cache_of_its_own_tokens() -> None:
    model = from_config(TURBO, model_id="x/y", source="t", checked="2026-11-29")
    assert total_params(model) == 808_878_080
    assert kv_elements_per_token(model) == 4 * 2 * 1280
    assert model.max_context == 448
