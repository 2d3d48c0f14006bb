"""Gemma 2, 3, 3n and 4: four norms a layer, windows with a global layer every few, tied head."""

from __future__ import annotations

from models_db.importers.keys import Keys
from models_db.importers.parts import Parts, context, grouped, rope_positions
from models_db.schema import Attention, Dense, FeedForward, Layers, Moe


def build(k: Keys, name: str) -> Parts:
    third = not name.startswith("Gemma2")
    n, hidden = k.layers("num_hidden_layers"), k.count("hidden_size")
    heads = k.count("num_attention_heads", default=8 if third else None)
    dim = k.count("head_dim", default=256)
    kv = k.count("num_key_value_heads", default=4 if third else None)
    window = k.count("sliding_window", default=4096)
    local = _local(k, n, 6 if third else 2)
    ffn = Dense(intermediate=k.count("intermediate_size"))
    small = 4 * hidden + (2 * dim if third else 0)
    layers = [
        Layers(
            count=1,
            mixers=(Attention(heads=heads, kv_heads=kv, head_dim=dim, window=window if local[i] else None),),
            ffns=(ffn,),
            small_params=small,
        )
        for i in range(n)
    ]
    vocab = 262208 if name == "Gemma3ForConditionalGeneration" else 262144 if third else 256000
    parts = _parts(k, hidden, layers, vocab=vocab, max_context=131072 if third else 8192)
    parts.task = "embed" if name == "Gemma3TextModel" else "generate"
    return parts


def _local(k: Keys, n: int, period: int) -> list[bool]:
    if "layer_types" in k:
        return [kind == "sliding_attention" for kind in k.items_of("layer_types", n)[:n]]
    step = k.count("sliding_window_pattern", "_sliding_window_pattern", default=period)
    return [(i + 1) % step != 0 for i in range(n)]


def _parts(k: Keys, hidden: int, layers: list[Layers], *, vocab: int, max_context: int) -> Parts:
    return Parts(
        hidden=hidden,
        vocab=k.count("vocab_size", default=vocab),
        tied=k.flag("tie_word_embeddings", default=True),
        layers=grouped(layers),
        max_context=context(k) or max_context,
        rope_positions=rope_positions(k),
        small_params=hidden,
    )


def fourth(k: Keys, name: str) -> Parts:
    """Gemma 4: wider heads on global layers, K = V there, optional experts and per-layer embeddings."""
    n, hidden = k.layers("num_hidden_layers"), k.count("hidden_size")
    local = _local(k, n, 6)
    shared_from = n - k.count("num_kv_shared_layers", default=0, least=0)
    ple = k.count("hidden_size_per_layer_input", default=0, least=0)
    layers = []
    for i in range(n):
        mixer = _fourth_attention(k, local[i], shared=i >= shared_from)
        ffns, ffn_small = _fourth_ffn(k, hidden, double=i >= shared_from)
        norms = mixer.head_dim * (1 if mixer.kv == "shared" else 2)
        per_layer = 2 * ple * hidden + hidden if ple else 0
        small = 4 * hidden + norms + ffn_small + per_layer
        layers.append(Layers(count=1, mixers=(mixer,), ffns=ffns, small_params=small))
    parts = _parts(k, hidden, layers, vocab=262144, max_context=131072)
    if ple:
        parts.lookup_params = k.count("vocab_size_per_layer_input") * ple * n
        parts.small_params += hidden * ple * n + ple
    return parts


def _fourth_attention(k: Keys, local: bool, *, shared: bool) -> Attention:
    heads = k.count("num_attention_heads")
    kv = k.count("num_key_value_heads")
    if not local and "num_global_key_value_heads" in k:
        kv = k.count("num_global_key_value_heads")
    return Attention(
        heads=heads,
        kv_heads=kv,
        head_dim=k.count("head_dim") if local else k.count("global_head_dim", "head_dim"),
        window=k.count("sliding_window") if local else None,
        kv="shared" if shared else "own",
        k_eq_v=not local and k.flag("attention_k_eq_v"),
    )


def _fourth_ffn(k: Keys, hidden: int, *, double: bool) -> tuple[tuple[FeedForward, ...], int]:
    width = k.count("intermediate_size") * (2 if double and k.flag("use_double_wide_mlp") else 1)
    dense = Dense(intermediate=width)
    if not k.flag("enable_moe_block"):
        return (dense,), 0
    experts = k.count("num_experts")
    moe = Moe(
        experts=experts,
        topk=k.count("top_k_experts", "num_experts_per_tok"),
        intermediate=k.count("moe_intermediate_size", "expert_intermediate_size"),
    )
    # three more norms, the router's input scale and its per-expert scale
    return (dense, moe), 3 * hidden + hidden + experts


def third_nano(k: Keys, name: str) -> Parts:
    """Gemma 3n: per-layer embeddings, low-rank residual branch (LAUREL) and alternating updates (AltUp)."""
    n, hidden = k.layers("num_hidden_layers"), k.count("hidden_size")
    local = _local(k, n, 5)
    heads, kv, dim = k.count("num_attention_heads"), k.count("num_key_value_heads"), k.count("head_dim")
    shared_from = n - k.count("num_kv_shared_layers", default=0, least=0)
    widths = k.per_layer("intermediate_size", layers=n)
    inputs = k.count("altup_num_inputs", default=4)
    ple = k.count("hidden_size_per_layer_input")
    rank = k.count("laurel_rank", default=64)
    layers = []
    for i in range(n):
        shared = i >= shared_from
        mixer = Attention(
            heads=heads,
            kv_heads=kv,
            head_dim=dim,
            window=k.count("sliding_window") if local[i] else None,
            kv="shared" if shared else "own",
        )
        altup = hidden + inputs * inputs + inputs * inputs * inputs + inputs * hidden + hidden
        laurel = 2 * rank * hidden + hidden
        per_layer = 2 * ple * hidden + hidden
        small = 4 * hidden + dim * (1 if shared else 2) + altup + laurel + per_layer
        layers.append(Layers(count=1, mixers=(mixer,), ffns=(Dense(intermediate=widths[i]),), small_params=small))
    parts = _parts(k, hidden, layers, vocab=262400, max_context=32768)
    parts.lookup_params = k.count("vocab_size_per_layer_input") * ple * n
    parts.small_params += hidden * ple * n + ple + 2 * (inputs - 1) * hidden * hidden
    return parts


BUILDERS = {
    "Gemma2ForCausalLM": build,
    "Gemma3ForCausalLM": build,
    "Gemma3TextModel": build,
    "Gemma3ForConditionalGeneration": build,
    "Gemma4ForConditionalGeneration": fourth,
    "Gemma4ForCausalLM": fourth,
    "Gemma3nForConditionalGeneration": third_nano,
}
