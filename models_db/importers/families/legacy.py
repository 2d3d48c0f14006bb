"""Older decoders with names of their own: GPT-2, StarCoder, GPT-J, GPT-NeoX, BLOOM, OPT, MPT, Falcon, ChatGLM, Qwen,
DBRX."""

from __future__ import annotations

from models_db.importers.keys import Keys
from models_db.importers.parts import Parts, context
from models_db.schema import Attention, Dense, Layers, Moe
from planner.errors import ModelError


def _parts(k: Keys, hidden: int, layer: Layers, *, tied: bool, small: int, lookup: int = 0) -> Parts:
    return Parts(
        hidden=hidden,
        vocab=k.count("vocab_size", "padded_vocab_size"),
        tied=tied,
        layers=(layer,),
        max_context=context(k),
        small_params=small,
        lookup_params=lookup,
    )


def _layer(n: int, attention: Attention, width: int, *, gated: bool = False, small: int) -> Layers:
    return Layers(count=n, mixers=(attention,), ffns=(Dense(intermediate=width, gated=gated),), small_params=small)


def _mha(hidden: int, heads: int) -> Attention:
    return Attention(heads=heads, kv_heads=heads, head_dim=hidden // heads)


def opt(k: Keys, name: str) -> Parts:
    n, h = k.layers("num_hidden_layers"), k.count("hidden_size")
    width = k.count("ffn_dim")
    small = 4 * h + 4 * h + width + h
    layer = _layer(n, _mha(h, k.count("num_attention_heads")), width, small=small)
    positions = (k.count("max_position_embeddings") + 2) * h
    return _parts(k, h, layer, tied=k.flag("tie_word_embeddings", default=True), small=2 * h, lookup=positions)


def bloom(k: Keys, name: str) -> Parts:
    n, h = k.layers("n_layer", "num_hidden_layers"), k.count("hidden_size", "n_embed")
    small = 4 * h + (3 * h + h) + 4 * h + h
    layer = _layer(n, _mha(h, k.count("n_head", "num_attention_heads")), 4 * h, small=small)
    return _parts(k, h, layer, tied=k.flag("tie_word_embeddings", default=True), small=4 * h)


def gpt2(k: Keys, name: str) -> Parts:
    """GPT-2, and StarCoder's GPT-BigCode with one key/value head."""
    n, h, heads = k.layers("n_layer"), k.count("n_embd"), k.count("n_head")
    width = k.count("n_inner", default=4 * h)
    kv = 1 if name.startswith("GPTBigCode") and k.flag("multi_query", default=True) else heads
    attention = Attention(heads=heads, kv_heads=kv, head_dim=h // heads)
    layer = _layer(n, attention, width, small=4 * h + h + 2 * kv * (h // heads) + h + width + h)
    positions = k.count("n_positions", "n_ctx") * h
    return _parts(k, h, layer, tied=k.flag("tie_word_embeddings", default=True), small=2 * h, lookup=positions)


def mpt(k: Keys, name: str) -> Parts:
    n, h, heads = k.layers("n_layers"), k.count("d_model"), k.count("n_heads")
    if k.flag("no_bias", default=True) is False:
        raise ModelError("no_bias: MPT with biases cannot be read")
    layer = _layer(n, _mha(h, heads), k.count("expansion_ratio", default=4) * h, small=2 * h)
    return _parts(k, h, layer, tied=True, small=h)


def qwen(k: Keys, name: str) -> Parts:
    """The first Qwen: its intermediate size counts the gate and the up projection."""
    n, h = k.layers("num_hidden_layers"), k.count("hidden_size")
    attention = _mha(h, k.count("num_attention_heads"))
    layer = _layer(n, attention, k.count("intermediate_size") // 2, gated=True, small=2 * h + 3 * h)
    return _parts(k, h, layer, tied=k.flag("tie_word_embeddings"), small=h)


def gptj(k: Keys, name: str) -> Parts:
    n, h = k.layers("n_layer"), k.count("n_embd")
    width = k.count("n_inner", default=4 * h)
    layer = _layer(n, _mha(h, k.count("n_head")), width, small=2 * h + width + h)
    return _parts(k, h, layer, tied=False, small=2 * h + k.count("vocab_size"))


def neox(k: Keys, name: str) -> Parts:
    n, h = k.layers("num_hidden_layers"), k.count("hidden_size")
    width = k.count("intermediate_size")
    small = 4 * h + 3 * h + h + width + h
    layer = _layer(n, _mha(h, k.count("num_attention_heads")), width, small=small)
    return _parts(k, h, layer, tied=k.flag("tie_word_embeddings"), small=2 * h)


def falcon(k: Keys, name: str) -> Parts:
    n, h = k.layers("num_hidden_layers", "n_layer"), k.count("hidden_size")
    heads = k.count("num_attention_heads", "n_head")
    new = k.flag("new_decoder_architecture")
    kv = k.count("num_kv_heads", default=heads) if new else 1 if k.flag("multi_query", default=True) else heads
    width = k.count("ffn_hidden_size", default=4 * h)
    norms = 2 if new else 1
    layer = _layer(n, Attention(heads=heads, kv_heads=kv, head_dim=h // heads), width, small=2 * norms * h)
    return _parts(k, h, layer, tied=k.flag("tie_word_embeddings", default=True), small=2 * h)


def chatglm(k: Keys, name: str) -> Parts:
    n, h = k.layers("num_layers"), k.count("hidden_size")
    heads, dim = k.count("num_attention_heads"), k.count("kv_channels")
    kv = k.count("multi_query_group_num") if k.flag("multi_query_attention") else heads
    bias = (heads + 2 * kv) * dim if k.flag("add_qkv_bias") else 0
    attention = Attention(heads=heads, kv_heads=kv, head_dim=dim)
    layer = _layer(n, attention, k.count("ffn_hidden_size"), gated=True, small=2 * h + bias)
    return _parts(k, h, layer, tied=k.flag("tie_word_embeddings"), small=h)


def dbrx(k: Keys, name: str) -> Parts:
    n, h = k.layers("n_layers"), k.count("d_model")
    heads = k.count("n_heads")
    attn, ffn = k.sub("attn_config"), k.sub("ffn_config")
    moe = Moe(
        experts=ffn.count("moe_num_experts"), topk=ffn.count("moe_top_k"), intermediate=ffn.count("ffn_hidden_size")
    )
    attention = Attention(heads=heads, kv_heads=attn.count("kv_n_heads"), head_dim=h // heads)
    layer = Layers(count=n, mixers=(attention,), ffns=(moe,), small_params=2 * h)
    return _parts(k, h, layer, tied=k.flag("tie_word_embeddings"), small=h)


def phi3_small(k: Keys, name: str) -> Parts:
    """Phi-3-small: biases everywhere, a tied head; each layer stores the frequencies of its rotary positions."""
    n, h = k.layers("num_hidden_layers"), k.count("hidden_size")
    heads, kv, width = k.count("num_attention_heads"), k.count("num_key_value_heads"), k.count("ff_intermediate_size")
    dim = max(2, h // heads)
    small = (heads + 2 * kv) * dim + h + 2 * width + h + 4 * h + dim // 2
    layer = _layer(n, Attention(heads=heads, kv_heads=kv, head_dim=dim), width, gated=True, small=small)
    return _parts(k, h, layer, tied=k.flag("tie_word_embeddings", default=True), small=2 * h)


def falcon_perception(k: Keys, name: str) -> Parts:
    """A plain decoder over text and image patches; what reads out places and masks is left out."""
    n, h, heads, dim = k.layers("n_layers"), k.count("dim"), k.count("n_heads"), k.count("head_dim")
    attention = Attention(heads=heads, kv_heads=k.count("n_kv_heads"), head_dim=dim)
    layer = _layer(n, attention, k.count("ffn_dim"), gated=True, small=2 * h)
    parts = _parts(k, h, layer, tied=False, small=h)
    parts.notes.append("parts for coordinates, sizes and masks left out of the count")
    return parts


BUILDERS = {
    "FalconPerceptionForSegmentation": falcon_perception,
    "Phi3SmallForCausalLM": phi3_small,
    "OPTForCausalLM": opt,
    "BloomForCausalLM": bloom,
    "GPTJForCausalLM": gptj,
    "GPTNeoXForCausalLM": neox,
    "FalconForCausalLM": falcon,
    "GPT2LMHeadModel": gpt2,
    "GPTBigCodeForCausalLM": gpt2,
    "MPTForCausalLM": mpt,
    "MptForCausalLM": mpt,
    "QWenLMHeadModel": qwen,
    "ChatGLMModel": chatglm,
    "ChatGLMForConditionalGeneration": chatglm,
    "DbrxForCausalLM": dbrx,
}
