"""Bytes of one layer's cache: of a token, and of a state that does not grow."""

from __future__ import annotations

import numpy as np

from models_db.cache import CacheLayer, cache_layers
from models_db.schema import Model
from planner.formulas.types import Array
from planner.physics.design import Designs

CONV_BYTES = 2.0
# Rows that a convolution of four taps, which all recurrent layers here have, keeps of the tokens before.
CONV_ROWS = 3.0
# Blocks are widened in steps of so many tokens.
ALIGNED = 16.0


def token_bytes(layer: CacheLayer, *, tp: Array, kv_bits: Array) -> Array:
    """Bytes of one token in one layer on one rank; heads are replicated when ranks outnumber them."""
    heads = np.maximum(1.0, np.ceil(layer.kv_heads / tp)) if layer.kv_heads else 1.0
    return heads * (layer.k_elements + layer.v_elements) * kv_bits / 8.0


def state_bytes(layer: CacheLayer, element_bytes: float, drafts: float = 0.0) -> float:
    """Recurrent state and convolution state (16 bit) of one sequence in one layer, unsharded.

    drafts: tokens drafted a step, each of which is a further row of the convolution's state.
    """
    rows = 1.0 + drafts / CONV_ROWS
    return layer.state_elements * element_bytes + layer.conv_elements * rows * CONV_BYTES


def largest_state(model: Model, element_bytes: float = 4.0, drafts: float = 0.0) -> float:
    """The largest state of a layer; zero without recurrent layers."""
    recurrent = [layer for layer in cache_layers(model) if layer.kind in ("linear", "ssm")]
    return max([state_bytes(layer, element_bytes, drafts) for layer in recurrent], default=0.0)


def attention_token_bytes(designs: Designs) -> Array:
    """Bytes of a token in the widest growing layer of each design; zero without such layers."""
    bits = np.array([kv.bits for kv in designs.kv_formats])[designs.kv]
    widest = np.zeros(len(designs))
    for layer in cache_layers(designs.model):
        if layer.kind in ("gqa", "mla") and layer.stored and not layer.image_only:
            widest = np.maximum(widest, token_bytes(layer, tp=designs.tp, kv_bits=bits))
    return widest


def block_tokens(designs: Designs) -> Array:
    """Tokens of a KV block. With recurrent layers vLLM widens it until a page holds one layer's state."""
    sizes = [engine.settings.memory.block_size or engine.block_tokens for engine in designs.engines]
    block = np.array(sizes, dtype=float)[designs.engine]
    state = np.array([largest_state(designs.model, e.state_bytes, e.draft_tokens) for e in designs.engines])
    token = attention_token_bytes(designs)
    paged = np.array([e.hybrid_cache and e.memory_policy == "share_of_total" for e in designs.engines])[designs.engine]
    tokens = np.divide(state[designs.engine] / designs.tp, token, out=np.zeros_like(token), where=token > 0)
    wide = np.ceil(tokens / ALIGNED) * ALIGNED
    return np.where(paged & (wide > 0), np.maximum(block, wide), block)
