"""What models with layers of several kinds have in common: softmax attention, experts, and the sum of the parts."""

from __future__ import annotations

from models_db.importers.families.experts import shared_width
from models_db.importers.keys import Keys
from models_db.importers.parts import Parts, context, grouped, head_dim
from models_db.schema import Attention, Layers, Moe
from planner.errors import ModelError


def finish(k: Keys, hidden: int, layers: list[Layers], *, tied: bool = False, small_params: int = 0) -> Parts:
    """The parts of a model from its layers, equal ones as one group."""
    return Parts(
        hidden=hidden,
        vocab=k.count("vocab_size"),
        tied=k.flag("tie_word_embeddings", default=tied),
        layers=grouped(layers),
        max_context=context(k),
        small_params=hidden + small_params,
        mtp_layers=k.count("num_nextn_predict_layers", "mtp_num_hidden_layers", default=0, least=0),
    )


def gqa(k: Keys, hidden: int, *, gate: bool = False) -> Attention:
    """Softmax attention; raises ModelError where the KV heads do not divide the heads."""
    heads = k.count("num_attention_heads")
    kv = k.count("num_key_value_heads", default=heads)
    if heads % kv:
        raise ModelError(f"num_key_value_heads: {kv} does not divide the {heads} attention heads")
    return Attention(heads=heads, kv_heads=kv, head_dim=head_dim(k, hidden, heads), gate=gate)


def experts_of(k: Keys, i: int, n: int) -> Moe:
    """The experts of layer `i` of `n`."""
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
