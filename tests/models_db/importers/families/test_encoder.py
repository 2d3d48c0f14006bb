from __future__ import annotations

from models_db.cache import kv_elements_per_token
from models_db.importers.config_json import from_config
from models_db.matrices import total_params

BERT = {
    "architectures": ["BertModel"], "vocab_size": 30522, "hidden_size": 768, "num_hidden_layers": 12,
    "num_attention_heads": 12, "intermediate_size": 3072, "max_position_embeddings": 512, "type_vocab_size": 2,
}  # fmt: skip


def test_bert_base_has_the_published_total_and_no_cache() -> None:
    model = from_config(BERT, model_id="x/y", source="test", checked="2026-11-24")
    assert total_params(model) == 109_482_240
    assert model.task == "embed"
    assert kv_elements_per_token(model) == 0
