"""Models with multi-head latent attention: DeepSeek-V2/V3/V3.2/V4, GLM-5, Kimi-K2, LongCat."""

from __future__ import annotations

from models_db.importers.families.experts import moe_pattern, shared_width
from models_db.importers.keys import Keys
from models_db.importers.parts import Parts, context, grouped
from models_db.schema import CompressedAttention, Dense, LatentAttention, Layers, Moe

CLASSES = (
    "DeepseekV2ForCausalLM",
    "DeepseekV3ForCausalLM",
    "DeepseekV32ForCausalLM",
    "GlmMoeDsaForCausalLM",
    "Glm4MoeLiteForCausalLM",
    "MiniCPM3ForCausalLM",
    "KimiK25ForConditionalGeneration",
)
MODEL_TYPES = {
    "deepseek_v2": "DeepseekV2ForCausalLM",
    "deepseek_v3": "DeepseekV3ForCausalLM",
    "deepseek_v32": "DeepseekV32ForCausalLM",
}
TOPK = ("num_experts_per_tok", "moe_topk")


def build(k: Keys, name: str) -> Parts:
    n = k.layers("num_hidden_layers", "num_layers")
    hidden = k.count("hidden_size")
    mixer = mla(k)
    bare = mixer.model_copy(update={"index_heads": 0, "index_dim": 0})
    moe_layers = moe_pattern(k, n)
    indexed = _index_layers(k, n)
    layers = [_layer(k, hidden, mixer if indexed[i] else bare, moe_layers[i], i, n) for i in range(n)]
    return Parts(
        hidden=hidden,
        vocab=k.count("vocab_size"),
        tied=k.flag("tie_word_embeddings", default=name.startswith("MiniCPM3")),
        layers=grouped(layers),
        max_context=context(k),
        small_params=hidden,
        mtp_layers=k.count("num_nextn_predict_layers", default=0, least=0),
    )


def mla(k: Keys) -> LatentAttention:
    sparse = "index_topk" in k
    return LatentAttention(
        heads=k.count("num_attention_heads"),
        q_rank=k.count("q_lora_rank", default=0, least=0) or None,
        kv_rank=k.count("kv_lora_rank"),
        nope_dim=k.count("qk_nope_head_dim"),
        rope_dim=k.count("qk_rope_head_dim", least=0),
        v_dim=k.count("v_head_dim", default=max(1, k.count("hidden_size") // k.count("num_attention_heads"))),
        gate=k.flag("mla_use_output_gate"),
        sparse_topk=k.count("index_topk") if sparse else None,
        index_heads=k.count("index_n_heads") if sparse else 0,
        index_dim=k.count("index_head_dim") if sparse else 0,
    )


def _index_layers(k: Keys, n: int) -> list[bool]:
    """Layers that own an indexer; GLM-5.2 shares one over several layers (`indexer_types`)."""
    if "indexer_types" in k:
        return [kind == "full" for kind in k.items_of("indexer_types", n)[:n]]
    if "index_topk_pattern" in k and isinstance(k.raw("index_topk_pattern"), str):
        return [letter == "F" for letter in k.text("index_topk_pattern")[:n].ljust(n, "F")]
    return [True] * n


def mla_small(a: LatentAttention) -> int:
    """Norms of the latents, and the LayerNorm of an indexer's keys."""
    return (a.q_rank or 0) + a.kv_rank + 2 * a.index_dim


def _layer(k: Keys, hidden: int, mixer: LatentAttention, experts: bool, i: int, n: int) -> Layers:
    small = 2 * hidden + mla_small(mixer)
    if not experts:
        ffn: Dense | Moe = Dense(intermediate=k.count("intermediate_size"))
    else:
        width = k.count("moe_intermediate_size")
        ffn = Moe(
            experts=k.count("n_routed_experts", "num_experts"),
            topk=k.count(*TOPK),
            intermediate=width,
            shared=shared_width(k, width, i, n),
        )
    return Layers(count=1, mixers=(mixer,), ffns=(ffn,), small_params=small)


def longcat(k: Keys, name: str) -> Parts:
    """Shortcut-connected layers: two attention and two dense blocks around one expert block."""
    n = k.layers("num_layers", "num_hidden_layers")
    hidden = k.count("hidden_size")
    mixer = mla(k)
    dense = Dense(intermediate=k.count("ffn_hidden_size"))
    moe = Moe(
        experts=k.count("n_routed_experts"),
        topk=k.count(*TOPK),
        intermediate=k.count("expert_ffn_hidden_size"),
        zero_experts=k.count("zero_expert_num", default=0, least=0),
    )
    layer = Layers(
        count=n, mixers=(mixer, mixer), ffns=(dense, dense, moe), small_params=4 * hidden + 2 * mla_small(mixer)
    )
    return Parts(
        hidden=hidden,
        vocab=k.count("vocab_size"),
        tied=False,
        layers=(layer,),
        max_context=context(k),
        small_params=hidden,
        mtp_layers=k.count("num_nextn_predict_layers", default=0, least=0),
    )


def compressed(k: Keys, name: str) -> Parts:
    """DeepSeek-V4: compressed sparse (ratio 4), heavily compressed (ratio 128) and window-only layers."""
    n = k.layers("num_hidden_layers")
    hidden = k.count("hidden_size")
    ratios = _own_ratios(k, k.per_layer("compress_ratios", layers=n, least=0))
    indexed = k.indices("index_source_layer_ids") if "index_source_layer_ids" in k else None
    hc = k.count("hc_mult", default=4)
    moe = Moe(
        experts=k.count("n_routed_experts"),
        topk=k.count("num_experts_per_tok"),
        intermediate=k.count("moe_intermediate_size"),
        shared=k.count("n_shared_experts", default=0, least=0) * k.count("moe_intermediate_size"),
    )
    layers = []
    for i, ratio in enumerate(ratios):
        sparse = 0 < ratio < 32 if indexed is None else i in indexed
        mixer = CompressedAttention(
            heads=k.count("num_attention_heads"),
            head_dim=k.count("head_dim"),
            q_rank=k.count("q_lora_rank"),
            o_groups=k.count("o_groups"),
            o_rank=k.count("o_lora_rank"),
            window=k.count("sliding_window"),
            ratio=ratio or None,
            sparse_topk=k.count("index_topk") if sparse else None,
            index_heads=k.count("index_n_heads") if sparse else 0,
            index_dim=k.count("index_head_dim") if sparse else 0,
        )
        small = 2 * hidden + mixer.q_rank + mixer.head_dim + mixer.heads
        small += _compressed_small(mixer) + 2 * (2 + hc) * hc * (hc * hidden + 1) + 6
        layers.append(Layers(count=1, mixers=(mixer,), ffns=(moe,), small_params=small))
    return Parts(
        hidden=hidden,
        vocab=k.count("vocab_size"),
        tied=k.flag("tie_word_embeddings"),
        layers=grouped(layers),
        max_context=context(k),
        small_params=hidden + hc * hc * hidden + hc + 1,
        mtp_layers=k.count("num_nextn_predict_layers", default=0, least=0),
    )


def _own_ratios(k: Keys, ratios: list[int]) -> list[int]:
    """DeepSeek-V4.1: most layers read the compressed entries of an earlier one and keep their window alone."""
    if "kv_source_layer_ids" not in k:
        return ratios
    sources = k.indices("kv_source_layer_ids")
    return [ratio if i in sources else 0 for i, ratio in enumerate(ratios)]


def _compressed_small(a: CompressedAttention) -> int:
    """Position tables and norms of the compressors (a ratio of 4 overlaps, so it is twice as wide)."""
    if not a.ratio:
        return 0
    width = a.head_dim * (2 if a.ratio < 32 else 1)
    total = a.ratio * width + a.head_dim
    return total + (a.ratio * 2 * a.index_dim + a.index_dim if a.index_heads else 0)


BUILDERS = dict.fromkeys(CLASSES, build) | {
    "LongcatFlashForCausalLM": longcat,
    "DeepseekV4ForCausalLM": compressed,
    "DeepseekV41ForCausalLM": compressed,
}
