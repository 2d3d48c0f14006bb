"""Encoders for embedding and ranking: BERT and XLM-RoBERTa; they keep no KV cache."""

from __future__ import annotations

from models_db.importers.keys import Keys
from models_db.importers.parts import Parts, context
from models_db.schema import Attention, Dense, Layers


def build(k: Keys, name: str) -> Parts:
    n, h = k.layers("num_hidden_layers"), k.count("hidden_size")
    heads, width = k.count("num_attention_heads"), k.count("intermediate_size")
    attention = Attention(heads=heads, kv_heads=heads, head_dim=h // heads, kv="none")
    small = 4 * h + width + h + 4 * h
    layer = Layers(count=n, mixers=(attention,), ffns=(Dense(intermediate=width, gated=False),), small_params=small)
    positions = k.count("max_position_embeddings") + k.count("type_vocab_size", default=2)
    head = h * h + h + h * 1 + 1 if name.endswith("ForSequenceClassification") else h * h + h
    return Parts(
        hidden=h,
        vocab=k.count("vocab_size"),
        tied=True,
        layers=(layer,),
        max_context=context(k),
        small_params=2 * h + head,
        lookup_params=positions * h,
        task="embed",
    )


BUILDERS = dict.fromkeys(("BertModel", "XLMRobertaModel", "XLMRobertaForSequenceClassification"), build)
