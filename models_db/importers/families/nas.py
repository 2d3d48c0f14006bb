"""DeciLM (Llama-Nemotron): every block has its own attention and feed-forward size, or none."""

from __future__ import annotations

from models_db.importers.keys import Keys
from models_db.importers.parts import Parts, context, grouped, head_dim
from models_db.schema import Attention, Dense, Layers
from planner.errors import ModelError


def build(k: Keys, name: str) -> Parts:
    n, hidden = k.layers("num_hidden_layers"), k.count("hidden_size")
    heads = k.count("num_attention_heads")
    dim = head_dim(k, hidden, heads)
    layers = []
    for i, block in enumerate(k.items_of("block_configs", n)[:n]):
        if not isinstance(block, dict):
            raise ModelError(f"block_configs[{i}]: expected an object")
        layers.append(_block(Keys(block, f"block_configs[{i}]"), hidden, heads, dim))
    return Parts(
        hidden=hidden,
        vocab=k.count("vocab_size"),
        tied=k.flag("tie_word_embeddings"),
        layers=grouped(layers),
        max_context=context(k),
        small_params=hidden,
    )


def _block(block: Keys, hidden: int, heads: int, dim: int) -> Layers:
    attention, ffn = block.sub("attention"), block.sub("ffn")
    mixers: tuple[Attention, ...] = ()
    ffns: tuple[Dense, ...] = ()
    if not attention.flag("no_op") and not attention.flag("replace_with_linear"):
        group = attention.count("n_heads_in_group")
        mixers = (Attention(heads=heads, kv_heads=heads // group, head_dim=dim),)
    if not ffn.flag("no_op") and not ffn.flag("replace_with_linear"):
        width = int(2 * ffn.number("ffn_mult", 0.0) * hidden / 3)
        ffns = (Dense(intermediate=-(-width // 256) * 256),)
    return Layers(count=1, mixers=mixers, ffns=ffns, small_params=(len(mixers) + len(ffns)) * hidden)


BUILDERS = {"DeciLMForCausalLM": build}
