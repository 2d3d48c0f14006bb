"""Encoders for embedding and ranking: BERT and its descendants; they keep no KV cache."""

from __future__ import annotations

from models_db.importers.keys import Keys
from models_db.importers.parts import Parts, context, grouped
from models_db.schema import Attention, Dense, Layers


def build(k: Keys, name: str) -> Parts:
    """BERT, RoBERTa and XLM-RoBERTa, and MPNet, whose relative positions all layers share."""
    n, h = k.layers("num_hidden_layers"), k.count("hidden_size")
    heads, width = k.count("num_attention_heads"), k.count("intermediate_size")
    attention = Attention(heads=heads, kv_heads=heads, head_dim=h // heads, kv="none")
    small = 4 * h + width + h + 4 * h
    layer = Layers(count=n, mixers=(attention,), ffns=(Dense(intermediate=width, gated=False),), small_params=small)
    rotary = k.text("position_embedding_type", "absolute") == "rotary"
    types = k.count("type_vocab_size", default=0 if name == "MPNetModel" else 2, least=0)
    relative = k.count("relative_attention_num_buckets", default=32) * heads if name == "MPNetModel" else 0
    return Parts(
        hidden=h,
        vocab=k.count("vocab_size"),
        tied=True,
        layers=(layer,),
        max_context=context(k),
        small_params=2 * h + _head(name, h, k.count("vocab_size")),
        lookup_params=(0 if rotary else k.count("max_position_embeddings") * h) + types * h + relative,
        task="embed",
    )


def _head(name: str, h: int, vocab: int) -> int:
    """What follows the layers: a pooler, a score, or the head of a masked language model with its tied matrix."""
    if name.endswith("ForSequenceClassification"):
        return h * h + h + h * 1 + 1
    return h * h + h + (2 * h + vocab if name.endswith("ForMaskedLM") else 0)


def nomic(k: Keys, name: str) -> Parts:
    """NomicBERT: rotary positions, a gated MLP, norms after the blocks, no pooler. Biases as the config says."""
    n, h = k.layers("n_layer", "num_hidden_layers"), k.count("n_embd", "hidden_size")
    heads, width = k.count("n_head", "num_attention_heads"), k.count("n_inner", "intermediate_size")
    gated = k.text("activation_function", "swiglu") in ("swiglu", "silu")
    small = 4 * h + (4 * h if k.flag("qkv_proj_bias", default=True) else 0)
    small += (2 if gated else 1) * width if k.flag("mlp_fc1_bias", default=True) else 0
    small += h if k.flag("mlp_fc2_bias", default=True) else 0
    attention = Attention(heads=heads, kv_heads=heads, head_dim=h // heads, kv="none")
    layer = Layers(count=n, mixers=(attention,), ffns=(Dense(intermediate=width, gated=gated),), small_params=small)
    return Parts(
        hidden=h,
        vocab=k.count("vocab_size"),
        tied=True,
        layers=(layer,),
        max_context=context(k),
        small_params=2 * h,
        lookup_params=k.count("type_vocab_size", default=2, least=0) * h,
        task="embed",
    )


def jina(k: Keys, name: str) -> Parts:
    """JinaBERT: linear biases in place of positions, and a gated MLP with a bias at its end alone."""
    n, h = k.layers("num_hidden_layers"), k.count("hidden_size")
    heads, width = k.count("num_attention_heads"), k.count("intermediate_size")
    attention = Attention(heads=heads, kv_heads=heads, head_dim=h // heads, kv="none")
    layer = Layers(count=n, mixers=(attention,), ffns=(Dense(intermediate=width),), small_params=4 * h + h + 4 * h)
    return Parts(
        hidden=h,
        vocab=k.count("vocab_size"),
        tied=True,
        layers=(layer,),
        max_context=context(k),
        small_params=2 * h + h * h + h,
        lookup_params=k.count("type_vocab_size", default=2, least=0) * h,
        task="embed",
    )


def modern(k: Keys, name: str) -> Parts:
    """ModernBERT: a gated MLP, no biases, windows with a global layer every few; its first layer has one norm less."""
    n, h = k.layers("num_hidden_layers"), k.count("hidden_size")
    heads, width = k.count("num_attention_heads"), k.count("intermediate_size")
    period, window = k.count("global_attn_every_n_layers", default=3), k.count("local_attention", default=128)
    layers = [
        Layers(
            count=1,
            mixers=(Attention(heads=heads, kv_heads=heads, head_dim=h // heads, kv="none",
                              window=window if i % period else None),),
            ffns=(Dense(intermediate=width),),
            small_params=h * (2 if i else 1),
        )
        for i in range(n)
    ]  # fmt: skip
    head = h * h + h
    return Parts(
        hidden=h,
        vocab=k.count("vocab_size"),
        tied=True,
        layers=grouped(layers),
        max_context=context(k),
        small_params=2 * h + (0 if name == "ModernBertModel" else head),
        task="embed",
    )


CLASSIC = (
    "BertModel", "BertForMaskedLM", "BertForSequenceClassification", "XLMRobertaModel", "XLMRobertaForMaskedLM",
    "XLMRobertaForSequenceClassification", "RobertaModel", "RobertaForMaskedLM", "RobertaForSequenceClassification",
    "MPNetModel", "MPNetForMaskedLM",
)  # fmt: skip
BUILDERS = (
    dict.fromkeys(CLASSIC, build)
    | {"NomicBertModel": nomic, "JinaBertModel": jina, "JinaBertForMaskedLM": jina}
    | dict.fromkeys(("ModernBertModel", "ModernBertForMaskedLM", "ModernBertForSequenceClassification"), modern)
)
