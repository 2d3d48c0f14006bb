"""Hybrids of softmax attention with linear attention or short convolutions."""

from __future__ import annotations

from models_db.importers.families import latent
from models_db.importers.families.experts import moe_pattern
from models_db.importers.families.layered import experts_of, finish, gqa
from models_db.importers.keys import Keys
from models_db.importers.parts import Parts, grouped
from models_db.schema import Dense, Layers, LinearAttention, Mixer, Moe, ShortConv


def qwen_next(k: Keys, name: str) -> Parts:
    """Qwen3-Next and Qwen3.5: three gated delta nets, then one gated attention."""
    n, hidden = k.layers("num_hidden_layers"), k.count("hidden_size")
    full = gqa(k, hidden, gate=k.flag("attn_output_gate", default=True))
    linear = LinearAttention(
        variant="gated_delta",
        k_heads=k.count("linear_num_key_heads"),
        v_heads=k.count("linear_num_value_heads"),
        k_dim=k.count("linear_key_head_dim"),
        v_dim=k.count("linear_value_head_dim"),
        conv=k.count("linear_conv_kernel_dim"),
    )
    width = 2 * linear.k_heads * linear.k_dim + linear.v_heads * linear.v_dim
    linear_small = width * linear.conv + linear.v_dim + 2 * linear.v_heads
    interval = k.count("full_attention_interval", default=4)
    kinds = (
        [t == "full_attention" for t in k.items_of("layer_types", n)[:n]]
        if "layer_types" in k
        else [(i + 1) % interval == 0 for i in range(n)]
    )
    experts = moe_pattern(k, n)
    layers = []
    for i in range(n):
        ffn = experts_of(k, i, n) if experts[i] else Dense(intermediate=k.count("intermediate_size"))
        gate = hidden if isinstance(ffn, Moe) and ffn.shared else 0
        small = 2 * hidden + gate + (2 * full.head_dim if kinds[i] else linear_small)
        mixer: Mixer = full if kinds[i] else linear
        layers.append(Layers(count=1, mixers=(mixer,), ffns=(ffn,), small_params=small))
    return finish(k, hidden, layers)


def kimi_linear(k: Keys, name: str) -> Parts:
    """Kimi delta attention with latent attention every few layers (Kimi-Linear, Kimi-K3)."""
    n, hidden = k.layers("num_hidden_layers"), k.count("hidden_size")
    linear_keys = k.sub("linear_attn_config")
    heads, dim = linear_keys.count("num_heads"), linear_keys.count("head_dim")
    kernel = linear_keys.count("short_conv_kernel_size")
    delta = LinearAttention(
        variant="kda",
        k_heads=heads,
        v_heads=heads,
        k_dim=dim,
        v_dim=dim,
        conv=kernel,
        full_rank_gate=linear_keys.flag("use_full_rank_gate"),
    )
    delta_small = 3 * heads * dim * kernel + heads + heads * dim + dim
    full = _softmax_layers(k, linear_keys, n)
    attention = latent.mla(k)
    experts = moe_pattern(k, n)
    layers = []
    for i in range(n):
        ffn = experts_of(k, i, n) if experts[i] else Dense(intermediate=k.count("intermediate_size"))
        small = 2 * hidden + (latent.mla_small(attention) if i + 1 in full else delta_small)
        mixer: Mixer = attention if i + 1 in full else delta
        layers.append(Layers(count=1, mixers=(mixer,), ffns=(ffn,), small_params=small))
    return finish(k, hidden, layers)


def _softmax_layers(k: Keys, linear: Keys, n: int) -> set[int]:
    """Numbers, from one on, of the layers without delta attention."""
    if "layer_types" in k:
        return {i + 1 for i, kind in enumerate(k.items_of("layer_types", n)[:n]) if kind != "linear_attention"}
    return linear.indices("full_attn_layers")


def glm_next(k: Keys, name: str) -> Parts:
    """GLM-5.3-Flash: Kimi delta attention, sparse latent attention every few layers, four residual streams.

    The parameters of the streams are the three mixing matrices of each sublayer, as in DeepSeek-V4.
    """
    parts = kimi_linear(k, name)
    hc = k.count("hc_mult", default=1)
    if hc == 1:
        return parts
    mixing = 2 * (2 + hc) * hc * (hc * parts.hidden + 1) + 6
    parts.layers = grouped(
        layer.model_copy(update={"count": 1, "small_params": layer.small_params + mixing})
        for layer in parts.layers
        for _ in range(layer.count)
    )
    return parts


def minimax(k: Keys, name: str) -> Parts:
    """MiniMax-Text-01 and M1: lightning attention, softmax attention every eighth layer."""
    n, hidden = k.layers("num_hidden_layers"), k.count("hidden_size")
    full = gqa(k, hidden)
    width = full.heads * full.head_dim
    linear = LinearAttention(
        variant="lightning", k_heads=full.heads, v_heads=full.heads, k_dim=full.head_dim, v_dim=full.head_dim
    )
    kinds = k.per_layer("attn_type_list", layers=n, least=0)
    moe = experts_of(k, 0, n)
    layers = [
        Layers(
            count=1,
            mixers=(full if kinds[i] else linear,),
            ffns=(moe,),
            small_params=2 * hidden + (0 if kinds[i] else width),
        )
        for i in range(n)
    ]
    return finish(k, hidden, layers)


def lfm2(k: Keys, name: str) -> Parts:
    """LFM2: short convolutions with attention in between, plain or with experts after the first layers."""
    n, hidden = k.layers("num_hidden_layers"), k.count("hidden_size")
    attention, conv = gqa(k, hidden), ShortConv(conv=k.count("conv_L_cache", default=3))
    if "layer_types" in k:
        full = {i for i, kind in enumerate(k.items_of("layer_types", n)[:n]) if kind == "full_attention"}
    else:
        full = k.indices("full_attn_idxs")
    dense = Dense(intermediate=_lfm2_width(k))
    plain = k.count("num_dense_layers", default=2, least=0) if "num_experts" in k else n
    layers = []
    for i in range(n):
        small = 2 * hidden + (2 * attention.head_dim if i in full else hidden * conv.conv)
        ffn = dense if i < plain else experts_of(k, i, n)
        bias = ffn.experts if isinstance(ffn, Moe) and k.flag("use_expert_bias", default=True) else 0
        mixer: Mixer = attention if i in full else conv
        layers.append(Layers(count=1, mixers=(mixer,), ffns=(ffn,), small_params=small + bias))
    return finish(k, hidden, layers, tied=True)


def _lfm2_width(k: Keys) -> int:
    """Two thirds of the stated width, rounded up to a multiple, where the config says that it adjusts it."""
    width = k.count("block_ff_dim", "intermediate_size")
    if "num_experts" in k or not k.flag("block_auto_adjust_ff_dim", default=True):
        return width
    multiple = k.count("block_multiple_of", default=256)
    return -(-(2 * width // 3) // multiple) * multiple


BUILDERS = {
    "Qwen3NextForCausalLM": qwen_next,
    "Qwen3_5ForConditionalGeneration": qwen_next,
    "Qwen3_5MoeForConditionalGeneration": qwen_next,
    "Qwen3_5ForCausalLM": qwen_next,
    "Qwen3_5MoeForCausalLM": qwen_next,
    "KimiLinearForCausalLM": kimi_linear,
    "KimiK3ForConditionalGeneration": kimi_linear,
    "Glm5NextForCausalLM": glm_next,
    "MiniMaxText01ForCausalLM": minimax,
    "MiniMaxM1ForCausalLM": minimax,
    "Lfm2ForCausalLM": lfm2,
    "Lfm2MoeForCausalLM": lfm2,
}
