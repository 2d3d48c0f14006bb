"""Which layers of a model hold experts, and how wide the shared ones are."""

from __future__ import annotations

from models_db.importers.keys import Keys

EXPERTS = ("num_experts", "num_local_experts", "n_routed_experts", "moe_num_experts")


def moe_pattern(k: Keys, n: int) -> list[bool]:
    """Which layers hold experts: `first_k_dense_replace`, a frequency, a list, or explicit dense layers."""
    if not k.has(*EXPERTS) or k.count(*EXPERTS, least=0) == 0:
        return [False] * n
    if "mlp_layer_types" in k:
        return [kind == "sparse" for kind in k.items_of("mlp_layer_types", n)[:n]]
    if "moe_layers_enum" in k:
        wanted = {int(x) for x in k.text("moe_layers_enum").split(",") if x.strip().isdigit()}
        return [i in wanted for i in range(n)]
    if "moe_layers" in k:
        listed = k.indices("moe_layers")
        return [i in listed for i in range(n)]
    for key in ("moe_layer_freq", "moe_layer_frequency"):
        if isinstance(k.raw(key), list):
            return [bool(x) for x in k.items_of(key, n)[:n]]
    first = k.count("first_k_dense_replace", "moe_layer_start_index", "moe_layer_num_skipped", default=0, least=0)
    step = k.count(
        "interleave_moe_layer_step", "decoder_sparse_step", "moe_layer_freq", "moe_layer_interval", default=1
    )
    dense = k.indices("mlp_only_layers") if "mlp_only_layers" in k else set()
    offset = 1 if k.has("interleave_moe_layer_step", "decoder_sparse_step") else 0
    return [i >= first and (i + offset) % step == 0 and i not in dense for i in range(n)]


def shared_width(k: Keys, width: int, i: int, n: int) -> int:
    """Columns of the always-on experts together."""
    for key in ("shared_expert_intermediate_size", "share_expert_dim", "moe_shared_expert_intermediate_size"):
        if key in k:
            return k.count(key, least=0)
    names = ("n_shared_experts", "num_shared_experts", "num_shared_expert", "moe_num_shared_experts")
    if k.has(*names):
        return k.per_layer(*names, layers=n, least=0)[i] * width
    return width if k.raw("model_type") in ("llama4", "llama4_text") else 0
