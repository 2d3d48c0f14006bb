"""Plain decoders: RMSNorm or LayerNorm, GQA, a gated or plain MLP, perhaps experts; one table of traits."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from models_db.importers.families.experts import EXPERTS, moe_pattern, shared_width
from models_db.importers.keys import Keys
from models_db.importers.parts import Parts, context, grouped, head_dim
from models_db.schema import Attention, Dense, Layers, Moe
from planner.errors import ModelError

HEADS = ("num_attention_heads", "n_head", "n_heads")
KV_HEADS = ("num_key_value_heads", "num_kv_heads", "num_attention_groups")
LAYERS = ("num_hidden_layers", "n_layer", "num_layers", "n_layers")
HIDDEN = ("hidden_size", "n_embd", "d_model")
TOPK = ("num_experts_per_tok", "num_experts_per_token", "experts_per_token", "moe_topk", "moe_k", "moe_top_k")


@dataclass(frozen=True, slots=True)
class Traits:
    """What a model class does that its config does not say."""

    norms: int = 2
    norm_bias: bool = False
    qk_norm: Literal["none", "head", "full"] = "none"
    qkv_bias: bool | str = "attention_bias"
    out_bias: bool | str = "attention_bias"
    mlp_bias: bool | str = "mlp_bias"
    gated: bool = True
    tied: bool = False
    sinks: bool = False
    expert_bias: bool = False
    router_bias: bool = False
    shared_gate: bool = False
    head_bias: bool = False
    expert_width: tuple[str, ...] = ("moe_intermediate_size",)
    period: int | None = None
    window_default: bool = False
    window_needs: str | None = None
    head_gate: bool = False
    activation: int = 0


TRAITS: Mapping[str, Traits] = {
    "LlamaForCausalLM": Traits(),
    "MistralForCausalLM": Traits(window_default=True),
    "MistralModel": Traits(window_default=True),
    "Mistral3ForConditionalGeneration": Traits(),
    "Ministral3ForCausalLM": Traits(),
    "Qwen2ForCausalLM": Traits(qkv_bias=True, out_bias=False, window_needs="use_sliding_window"),
    "Qwen2_5_VLForConditionalGeneration": Traits(qkv_bias=True, out_bias=False, window_needs="use_sliding_window"),
    "Qwen2VLForConditionalGeneration": Traits(qkv_bias=True, out_bias=False, window_needs="use_sliding_window"),
    "Qwen3ForCausalLM": Traits(qk_norm="head", window_needs="use_sliding_window"),
    "Qwen3VLForConditionalGeneration": Traits(qk_norm="head"),
    "Phi3ForCausalLM": Traits(window_default=True),
    "PhiForCausalLM": Traits(
        norms=1, norm_bias=True, qkv_bias=True, out_bias=True, mlp_bias=True, gated=False, head_bias=True
    ),
    "GemmaForCausalLM": Traits(tied=True),
    "ApertusForCausalLM": Traits(qk_norm="head", gated=False, activation=2),
    "NemotronForCausalLM": Traits(norm_bias=True, gated=False),
    "ArceeForCausalLM": Traits(gated=False),
    "StableLmForCausalLM": Traits(norm_bias=True, qkv_bias="use_qkv_bias", out_bias=False),
    "InternLM2ForCausalLM": Traits(qkv_bias="bias", out_bias="bias"),
    "InternLM3ForCausalLM": Traits(qkv_bias="qkv_bias", out_bias="bias", mlp_bias="bias"),
    "BaichuanForCausalLM": Traits(),
    "ExaoneForCausalLM": Traits(),
    "OlmoForCausalLM": Traits(norms=0),
    "OlmoeForCausalLM": Traits(qk_norm="full", expert_width=("intermediate_size",)),
    "SmolLM3ForCausalLM": Traits(window_needs="use_sliding_window"),
    "SeedOssForCausalLM": Traits(out_bias="attention_out_bias"),
    "MiMoForCausalLM": Traits(qkv_bias="attention_bias", out_bias=False, window_needs="use_sliding_window"),
    "GraniteForCausalLM": Traits(tied=True),
    "Olmo2ForCausalLM": Traits(qk_norm="full"),
    "Olmo3ForCausalLM": Traits(qk_norm="full", period=4, window_default=True),
    "Exaone4ForCausalLM": Traits(qk_norm="head", period=4, window_default=True),
    "CohereForCausalLM": Traits(norms=1, tied=True),
    "Cohere2ForCausalLM": Traits(norms=1, tied=True, period=4, window_default=True),
    "Starcoder2ForCausalLM": Traits(
        norm_bias=True,
        gated=False,
        tied=True,
        qkv_bias="use_bias",
        out_bias="use_bias",
        mlp_bias="use_bias",
        window_default=True,
    ),
    "Glm4ForCausalLM": Traits(norms=4, out_bias=False),
    "Ernie4_5ForCausalLM": Traits(qkv_bias="use_bias", out_bias="use_bias", mlp_bias="use_bias"),
    "HunYuanDenseV1ForCausalLM": Traits(qk_norm="head"),
    "MixtralForCausalLM": Traits(expert_width=("intermediate_size",), window_default=True),
    "PhiMoEForCausalLM": Traits(
        norm_bias=True, head_bias=True, expert_width=("intermediate_size",), window_default=True
    ),
    "Qwen2MoeForCausalLM": Traits(qkv_bias=True, out_bias=False, shared_gate=True, window_needs="use_sliding_window"),
    "Qwen3MoeForCausalLM": Traits(qk_norm="head", window_needs="use_sliding_window"),
    "Qwen3VLMoeForConditionalGeneration": Traits(qk_norm="head"),
    "Glm4MoeForCausalLM": Traits(out_bias=False),
    "GptOssForCausalLM": Traits(
        sinks=True, expert_bias=True, router_bias=True, expert_width=("intermediate_size",), window_default=True
    ),
    "MiniMaxM2ForCausalLM": Traits(expert_width=("intermediate_size",)),
    "MiniMaxM3ForCausalLM": Traits(),
    "DeepseekForCausalLM": Traits(),
    "BailingMoeV2ForCausalLM": Traits(qk_norm="head", qkv_bias="use_qkv_bias", out_bias="use_bias", router_bias=True),
    "Ernie4_5_MoeForCausalLM": Traits(qkv_bias="use_bias", out_bias="use_bias", mlp_bias="use_bias", router_bias=True),
    "HunYuanMoEV1ForCausalLM": Traits(qk_norm="head"),
    "MellumForCausalLM": Traits(qk_norm="head"),
    "HYV3ForCausalLM": Traits(qk_norm="head"),
    "Llama4ForConditionalGeneration": Traits(expert_width=("intermediate_size",)),
    "Llama4ForCausalLM": Traits(expert_width=("intermediate_size",)),
    "MiMoV2FlashForCausalLM": Traits(),
    "Step3p7FlashForCausalLM": Traits(qk_norm="head", head_gate=True),
    "Step3TextForCausalLM": Traits(),
    "MllamaForConditionalGeneration": Traits(),
}
MODEL_TYPES = {"llama": "LlamaForCausalLM", "qwen2": "Qwen2ForCausalLM", "mistral": "MistralForCausalLM"}
KNOWN_ODD = ("ssm", "mamba", "linear_", "lightning", "conv_kernel", "hybrid_override", "block_configs", "altup")


def build(k: Keys, name: str) -> Parts:
    return _build(k, name, TRAITS[name])


def unknown(k: Keys, name: str) -> Parts:
    """A class not in the table: read as a plain decoder if its keys say all that is needed, else refused."""
    if "model_type" not in k and not k.has(*HIDDEN):
        raise ModelError(f"architectures: class {name!r} is not known and hidden_size is missing")
    odd = [key for key in k._data if any(mark in key for mark in KNOWN_ODD) and k.raw(key)]
    if odd:
        raise ModelError(f"{odd[0]}: class {name!r} is not known and uses parts that cannot be read from its keys")
    for key in (*HIDDEN[:1], *HEADS[:1], *KV_HEADS[:1], "vocab_size", "num_hidden_layers", "tie_word_embeddings"):
        if key not in k:
            raise ModelError(f"{key}: missing key (class {name!r} is not known, so no default applies)")
    if "kv_lora_rank" in k:
        from models_db.importers.families import latent

        parts = latent.build(k, name)
    else:
        parts = _build(k, name, Traits(qk_norm="head" if k.raw("use_qk_norm") else "none"))
    parts.notes.append(f"class {name} is not known: read by its keys as a plain decoder; norms and biases assumed")
    return parts


def _build(k: Keys, name: str, t: Traits) -> Parts:
    n = k.layers(*LAYERS)
    hidden = k.count(*HIDDEN)
    mixers = [_attention(k, name, t, hidden, i, n) for i in range(n)]
    moe_layers = moe_pattern(k, n)
    ffns = [_moe(k, t, i, n) if moe_layers[i] else _dense(k, t) for i in range(n)]
    small = [_small(k, t, hidden, mixers[i], ffns[i]) for i in range(n)]
    layers = [Layers(count=1, mixers=(mixers[i],), ffns=(ffns[i],), small_params=small[i]) for i in range(n)]
    vocab = k.count("vocab_size", "padded_vocab_size")
    return Parts(
        hidden=hidden,
        vocab=vocab,
        # Mllama's input embedding has eight rows for image tokens that its head lacks.
        lookup_params=8 * hidden if name.startswith("Mllama") else 0,
        tied=k.flag("tie_word_embeddings", default=t.tied),
        layers=grouped(_cross_layers(k, layers)),
        max_context=context(k),
        small_params=hidden * min(t.norms, 1) * (2 if t.norm_bias else 1) + (vocab if _on(k, t.head_bias) else 0),
        mtp_layers=k.count("num_nextn_predict_layers", "mtp_num_hidden_layers", default=0, least=0),
        task="embed" if name.endswith("Model") else "generate",
    )


def _on(k: Keys, switch: bool | str) -> bool:
    return switch if isinstance(switch, bool) else k.flag(switch)


def _attention(k: Keys, name: str, t: Traits, hidden: int, i: int, n: int) -> Attention:
    heads = k.count(*HEADS)
    kv = k.count(*KV_HEADS, default=heads)
    local = _windowed(k, t, i, n)
    dim = head_dim(k, hidden, heads)
    extra: dict[str, Any] = {}
    if local and "swa_num_key_value_heads" in k:
        kv = k.count("swa_num_key_value_heads")
        heads = k.count("swa_num_attention_heads", default=heads)
    if local and name.startswith("Step3p7"):
        heads = heads * 3 // 2
    if "v_head_dim" in k:
        extra["v_head_dim"] = k.count("v_head_dim")
    if "share_q_dim" in k:
        extra["q_rank"] = k.count("share_q_dim")
    if "sparse_attention_config" in k:
        extra |= _sparse(k.sub("sparse_attention_config"), i, n)
    chunked = name.startswith("Llama4")
    if heads % kv:
        raise ModelError(f"num_key_value_heads: {kv} does not divide the {heads} attention heads")
    return Attention(heads=heads, kv_heads=kv, head_dim=dim, window=local, chunked=chunked and bool(local), **extra)


def _sparse(s: Keys, i: int, n: int) -> dict[str, Any]:
    if not s.per_layer("sparse_attention_freq", layers=n, least=0)[i]:
        return {}
    topk = s.count("sparse_topk_blocks") * s.count("sparse_block_size")
    return {
        "sparse_topk": topk,
        "index_heads": s.count("sparse_num_index_heads"),
        "index_dim": s.count("sparse_index_dim"),
    }


def _windowed(k: Keys, t: Traits, i: int, n: int) -> int | None:
    """The window of layer `i` in tokens, or None for full attention."""
    if "hybrid_layer_pattern" in k:
        return k.count("sliding_window") if k.per_layer("hybrid_layer_pattern", layers=n, least=0)[i] else None
    if "no_rope_layers" in k and k.items_of("no_rope_layers"):
        return k.count("attention_chunk_size") if k.items_of("no_rope_layers", n)[i] else None
    if "attention_chunk_size" in k and "no_rope_layer_interval" in k:
        return k.count("attention_chunk_size") if (i + 1) % k.count("no_rope_layer_interval") else None
    if "layer_types" in k and "sliding_window" in k:
        return k.count("sliding_window") if k.items_of("layer_types", n)[i] == "sliding_attention" else None
    if t.window_needs and not k.flag(t.window_needs):
        return None
    if "sliding_window" not in k or not t.window_default:
        return None
    window = k.count("sliding_window")
    limit = context(k)
    if limit is not None and window >= limit:
        return None
    period = _period(k, t)
    return None if period and (i + 1) % period == 0 else window


def _period(k: Keys, t: Traits) -> int | None:
    pattern = k.raw("sliding_window_pattern")
    if isinstance(pattern, str):
        return len(pattern) or None
    return k.count("sliding_window_pattern", "_sliding_window_pattern", default=t.period or 0, least=0) or None


def _dense(k: Keys, t: Traits) -> Dense:
    names = ("dense_intermediate_size", "intermediate_size_mlp", "intermediate_size", "ffn_hidden_size")
    return Dense(intermediate=k.count(*names), gated=t.gated)


def _moe(k: Keys, t: Traits, i: int, n: int) -> Moe:
    experts = k.per_layer(*EXPERTS, layers=n)[i]
    width = k.per_layer(*t.expert_width, "intermediate_size", layers=n)[i]
    return Moe(
        experts=experts,
        topk=min(experts, k.per_layer(*TOPK, layers=n)[i]),
        intermediate=width,
        gated=t.gated,
        shared=shared_width(k, width, i, n),
        bias=t.expert_bias,
    )


def _small(k: Keys, t: Traits, hidden: int, a: Attention, f: Dense | Moe) -> int:
    """Norm and bias parameters of one layer."""
    q, kv = a.heads * a.head_dim, a.kv_heads * a.head_dim
    total = t.norms * hidden * (2 if t.norm_bias else 1)
    total += (a.q_rank or 0) + _qk_norm(k, t, a, q, kv)
    total += (q + kv + a.kv_heads * a.v_dim) * _on(k, t.qkv_bias) + hidden * _on(k, t.out_bias)
    total += hidden * a.heads * t.head_gate + t.activation
    total += a.heads * (t.sinks or bool(a.window and k.raw("add_swa_attention_sink_bias")))
    total += a.heads * bool(not a.window and k.raw("add_full_attention_sink_bias"))
    total += (2 * a.index_dim) * bool(a.index_heads)
    if isinstance(f, Dense):
        return total + (f.intermediate * (2 if f.gated else 1) + hidden) * _on(k, t.mlp_bias)
    total += hidden * (t.shared_gate and f.shared > 0)
    return total + f.experts * t.router_bias


def _qk_norm(k: Keys, t: Traits, a: Attention, q: int, kv: int) -> int:
    kind = t.qk_norm
    if kind == "none" and k.raw("use_qk_norm"):
        kind = "full" if k.raw("qk_norm_type") in (None, "per_layer") else "head"
        if k.raw("model_type") in ("glm4_moe",):
            kind = "head"
    if k.raw("use_qk_norm") is False or k.raw("model_type") in ("llama4", "llama4_text"):
        kind = "none"
    return {"none": 0, "head": 2 * a.head_dim, "full": q + kv}[kind]


def _cross_layers(k: Keys, layers: list[Layers]) -> list[Layers]:
    """Llama-3.2-Vision: some layers attend to image tokens only, with query/key norms and two gates."""
    if "cross_attention_layers" not in k:
        return layers
    cross = k.indices("cross_attention_layers")
    out = []
    for i, layer in enumerate(layers):
        mixer = layer.mixers[0]
        if i in cross and isinstance(mixer, Attention):
            small = layer.small_params + 2 * mixer.head_dim + 2
            layer = layer.model_copy(
                update={"mixers": (mixer.model_copy(update={"kv": "image"}),), "small_params": small}
            )
        out.append(layer)
    return out


BUILDERS = dict.fromkeys(TRAITS, build)
