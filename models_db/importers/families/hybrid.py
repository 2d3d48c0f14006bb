"""Hybrids of softmax attention with linear attention or state-space mixers."""

from __future__ import annotations

from models_db.importers.families import latent
from models_db.importers.families.experts import moe_pattern, shared_width
from models_db.importers.keys import Keys
from models_db.importers.parts import Parts, context, grouped, head_dim
from models_db.schema import (
    Attention,
    Dense,
    FeedForward,
    Layers,
    LinearAttention,
    Mixer,
    Moe,
    ShortConv,
    StateSpace,
)
from planner.errors import ModelError


def _finish(k: Keys, hidden: int, layers: list[Layers], *, tied: bool = False, **more: int) -> Parts:
    return Parts(
        hidden=hidden,
        vocab=k.count("vocab_size"),
        tied=k.flag("tie_word_embeddings", default=tied),
        layers=grouped(layers),
        max_context=context(k),
        small_params=hidden + more.get("small_params", 0),
        mtp_layers=k.count("num_nextn_predict_layers", "mtp_num_hidden_layers", default=0, least=0),
    )


def _gqa(k: Keys, hidden: int, *, gate: bool = False) -> Attention:
    heads = k.count("num_attention_heads")
    kv = k.count("num_key_value_heads", default=heads)
    if heads % kv:
        raise ModelError(f"num_key_value_heads: {kv} does not divide the {heads} attention heads")
    return Attention(heads=heads, kv_heads=kv, head_dim=head_dim(k, hidden, heads), gate=gate)


def qwen_next(k: Keys, name: str) -> Parts:
    """Qwen3-Next and Qwen3.5: three gated delta nets, then one gated attention."""
    n, hidden = k.layers("num_hidden_layers"), k.count("hidden_size")
    full = _gqa(k, hidden, gate=k.flag("attn_output_gate", default=True))
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
        ffn = _experts(k, i, n) if experts[i] else Dense(intermediate=k.count("intermediate_size"))
        gate = hidden if isinstance(ffn, Moe) and ffn.shared else 0
        small = 2 * hidden + gate + (2 * full.head_dim if kinds[i] else linear_small)
        mixer: Mixer = full if kinds[i] else linear
        layers.append(Layers(count=1, mixers=(mixer,), ffns=(ffn,), small_params=small))
    return _finish(k, hidden, layers)


def _experts(k: Keys, i: int, n: int) -> Moe:
    names = ("moe_intermediate_size", "expert_ffn_hidden_size", "intermediate_size")
    width = k.count(*names)
    return Moe(
        experts=k.count("num_experts", "num_local_experts", "n_routed_experts"),
        topk=k.count("num_experts_per_tok", "num_experts_per_token"),
        intermediate=width,
        gated=k.text("mlp_hidden_act", "silu") != "relu2",
        shared=shared_width(k, width, i, n),
        latent=k.count("moe_latent_size", "routed_expert_hidden_size", default=0, least=0) or None,
    )


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
    full = linear_keys.indices("full_attn_layers")
    attention = latent.mla(k)
    experts = moe_pattern(k, n)
    layers = []
    for i in range(n):
        ffn = _experts(k, i, n) if experts[i] else Dense(intermediate=k.count("intermediate_size"))
        small = 2 * hidden + (latent.mla_small(attention) if i + 1 in full else delta_small)
        mixer: Mixer = attention if i + 1 in full else delta
        layers.append(Layers(count=1, mixers=(mixer,), ffns=(ffn,), small_params=small))
    return _finish(k, hidden, layers)


def minimax(k: Keys, name: str) -> Parts:
    """MiniMax-Text-01 and M1: lightning attention, softmax attention every eighth layer."""
    n, hidden = k.layers("num_hidden_layers"), k.count("hidden_size")
    full = _gqa(k, hidden)
    width = full.heads * full.head_dim
    linear = LinearAttention(
        variant="lightning", k_heads=full.heads, v_heads=full.heads, k_dim=full.head_dim, v_dim=full.head_dim
    )
    kinds = k.per_layer("attn_type_list", layers=n, least=0)
    moe = _experts(k, 0, n)
    layers = [
        Layers(
            count=1,
            mixers=(full if kinds[i] else linear,),
            ffns=(moe,),
            small_params=2 * hidden + (0 if kinds[i] else width),
        )
        for i in range(n)
    ]
    return _finish(k, hidden, layers)


def _mamba2(k: Keys, hidden: int) -> tuple[StateSpace, int]:
    heads = k.count("mamba_num_heads", "mamba_n_heads", "num_heads")
    dim = k.count("mamba_head_dim", "mamba_d_head", "head_dim")
    inner = k.count("mamba_d_ssm", default=heads * dim)
    mixer = StateSpace(
        variant="mamba2",
        inner=inner,
        state=k.count("ssm_state_size", "mamba_d_state", "state_size"),
        conv=k.count("conv_kernel", "mamba_d_conv"),
        heads=heads,
        groups=k.count("n_groups", "mamba_n_groups"),
    )
    width = inner + 2 * mixer.groups * mixer.state
    norm = inner if k.flag("mamba_rms_norm", default=True) else 0
    return mixer, width * mixer.conv + width + 3 * heads + norm


def nemotron_h(k: Keys, name: str) -> Parts:
    """Blocks of one part each, named by a pattern: M Mamba-2, * attention, - MLP, E experts."""
    hidden = k.count("hidden_size")
    pattern = _block_pattern(k)
    if set(pattern) - set("M*-E") or not pattern or len(pattern) > 4096:
        raise ModelError("hybrid_override_pattern: expected the letters M, *, - and E")
    ssm, ssm_small = _mamba2(k, hidden)
    table: dict[str, tuple[tuple[Mixer, ...], tuple[FeedForward, ...], int]] = {"M": ((ssm,), (), ssm_small)}
    if "*" in pattern:
        table["*"] = ((_gqa(k, hidden),), (), 0)
    if "-" in pattern:
        table["-"] = ((), (Dense(intermediate=k.count("intermediate_size"), gated=False),), 0)
    if "E" in pattern:
        table["E"] = ((), (_experts(k, 0, len(pattern)).model_copy(update={"gated": False}),), 0)
    layers = [
        Layers(count=1, mixers=mixers, ffns=ffns, small_params=small + hidden)
        for mixers, ffns, small in (table[letter] for letter in pattern)
    ]
    return _finish(k, hidden, layers)


def _block_pattern(k: Keys) -> str:
    if "hybrid_override_pattern" in k or "layers_block_type" not in k:
        return k.text("hybrid_override_pattern")
    letters = {"mamba": "M", "attention": "*", "mlp": "-", "moe": "E"}
    return "".join(letters.get(str(kind), "?") for kind in k.items_of("layers_block_type"))


def granite_hybrid(k: Keys, name: str) -> Parts:
    n, hidden = k.layers("num_hidden_layers"), k.count("hidden_size")
    kinds = k.items_of("layer_types", n)[:n] if "layer_types" in k else k.items_of("layers_block_type", n)[:n]
    ssm, ssm_small = _mamba2(k, hidden)
    attention = _gqa(k, hidden)
    shared = k.count("shared_intermediate_size", default=0, least=0)
    if k.count("num_local_experts", default=0, least=0):
        ffn: Dense | Moe = Moe(
            experts=k.count("num_local_experts"),
            topk=k.count("num_experts_per_tok"),
            intermediate=k.count("intermediate_size"),
            shared=shared,
        )
    else:
        ffn = Dense(intermediate=shared or k.count("intermediate_size"))
    layers = [
        Layers(
            count=1,
            mixers=(attention if kind == "attention" else ssm,),
            ffns=(ffn,),
            small_params=2 * hidden + (0 if kind == "attention" else ssm_small),
        )
        for kind in kinds
    ]
    return _finish(k, hidden, layers, tied=True)


def lfm2(k: Keys, name: str) -> Parts:
    """LFM2: short convolutions with attention in between, plain or with experts after the first layers."""
    n, hidden = k.layers("num_hidden_layers"), k.count("hidden_size")
    attention, conv = _gqa(k, hidden), ShortConv(conv=k.count("conv_L_cache", default=3))
    if "layer_types" in k:
        full = {i for i, kind in enumerate(k.items_of("layer_types", n)[:n]) if kind == "full_attention"}
    else:
        full = k.indices("full_attn_idxs")
    dense = Dense(intermediate=_lfm2_width(k))
    plain = k.count("num_dense_layers", default=2, least=0) if "num_experts" in k else n
    layers = []
    for i in range(n):
        small = 2 * hidden + (2 * attention.head_dim if i in full else hidden * conv.conv)
        ffn = dense if i < plain else _experts(k, i, n)
        bias = ffn.experts if isinstance(ffn, Moe) and k.flag("use_expert_bias", default=True) else 0
        mixer: Mixer = attention if i in full else conv
        layers.append(Layers(count=1, mixers=(mixer,), ffns=(ffn,), small_params=small + bias))
    return _finish(k, hidden, layers, tied=True)


def _lfm2_width(k: Keys) -> int:
    """Two thirds of the stated width, rounded up to a multiple, where the config says that it adjusts it."""
    width = k.count("block_ff_dim", "intermediate_size")
    if "num_experts" in k or not k.flag("block_auto_adjust_ff_dim", default=True):
        return width
    multiple = k.count("block_multiple_of", default=256)
    return -(-(2 * width // 3) // multiple) * multiple


def falcon_h1(k: Keys, name: str) -> Parts:
    """Attention and Mamba-2 side by side in every layer."""
    n, hidden = k.layers("num_hidden_layers"), k.count("hidden_size")
    ssm, ssm_small = _mamba2(k, hidden)
    layer = Layers(
        count=n,
        mixers=(_gqa(k, hidden), ssm),
        ffns=(Dense(intermediate=k.count("intermediate_size")),),
        small_params=2 * hidden + ssm_small,
    )
    return _finish(k, hidden, [layer])


def jamba(k: Keys, name: str) -> Parts:
    n, hidden = k.layers("num_hidden_layers"), k.count("hidden_size")
    inner = hidden * k.count("mamba_expand")
    rank = k.raw("mamba_dt_rank")
    dt_rank = -(-hidden // 16) if rank in (None, "auto") else k.count("mamba_dt_rank")
    ssm = StateSpace(
        variant="mamba1", inner=inner, state=k.count("mamba_d_state"), conv=k.count("mamba_d_conv"), dt_rank=dt_rank
    )
    # conv with bias, dt bias, A, D, and the three norms of dt, B and C
    ssm_small = inner * ssm.conv + inner + inner + inner * ssm.state + inner + dt_rank + 2 * ssm.state
    attention = _gqa(k, hidden)
    dense = Dense(intermediate=k.count("intermediate_size"))
    moe = Moe(
        experts=k.count("num_experts"),
        topk=k.count("num_experts_per_tok"),
        intermediate=k.count("intermediate_size"),
    )
    a_off, a_step = k.count("attn_layer_offset", least=0), k.count("attn_layer_period")
    e_off, e_step = k.count("expert_layer_offset", least=0), k.count("expert_layer_period")
    layers = []
    for i in range(n):
        softmax = i % a_step == a_off
        layers.append(
            Layers(
                count=1,
                mixers=(attention if softmax else ssm,),
                ffns=(moe if i % e_step == e_off else dense,),
                small_params=2 * hidden + (0 if softmax else ssm_small),
            )
        )
    return _finish(k, hidden, layers)


def mamba2(k: Keys, name: str) -> Parts:
    hidden = k.count("hidden_size")
    ssm, small = _mamba2(k, hidden)
    layer = Layers(count=k.layers("num_hidden_layers"), mixers=(ssm,), small_params=small + hidden)
    return _finish(k, hidden, [layer])


BUILDERS = {
    "Qwen3NextForCausalLM": qwen_next,
    "Qwen3_5ForConditionalGeneration": qwen_next,
    "Qwen3_5MoeForConditionalGeneration": qwen_next,
    "Qwen3_5ForCausalLM": qwen_next,
    "Qwen3_5MoeForCausalLM": qwen_next,
    "KimiLinearForCausalLM": kimi_linear,
    "KimiK3ForConditionalGeneration": kimi_linear,
    "MiniMaxText01ForCausalLM": minimax,
    "MiniMaxM1ForCausalLM": minimax,
    "NemotronHForCausalLM": nemotron_h,
    "GraniteMoeHybridForCausalLM": granite_hybrid,
    "FalconH1ForCausalLM": falcon_h1,
    "Lfm2ForCausalLM": lfm2,
    "Lfm2MoeForCausalLM": lfm2,
    "JambaForCausalLM": jamba,
    "Mamba2ForCausalLM": mamba2,
}
