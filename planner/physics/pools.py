"""SGLang's pools where layers differ: a share for recurrent states, and one for layers with a window.

Both are fixed at start, so a sequence is charged what it takes of the pool that fills first, scaled to the whole.
Source: sglang/srt/model_executor/pool_configurator.py (`HybridSWAPoolConfigurator`: full tokens x full layers + ratio x
tokens x window layers, layers that share a cache counted) and mem_cache/kv_cache_configurator.py
(`mamba_full_memory_ratio`: the states' share is ratio / (1 + ratio), a request takes three slots).
"""

from __future__ import annotations

import numpy as np

from models_db.cache import CacheLayer, cache_layers
from models_db.schema import Model
from planner.formulas.types import Array
from planner.physics.design import Designs
from planner.physics.states import state_bytes, token_bytes

STATE_RATIO = 0.9
WINDOW_RATIO = 0.8
# Slots of a running request: its own and two that the prefix tree keeps for it; without a prefix cache its own alone.
SLOTS, OWN_SLOT = 3.0, 1.0


def growing(model: Model, *, windowed: bool) -> list[CacheLayer]:
    """Attention layers with, or without, a window; those that share a cache are counted, for SGLang allocates them."""
    return [
        layer for layer in cache_layers(model)
        if layer.kind in ("gqa", "mla") and not layer.image_only and (layer.window is not None) == windowed
    ]  # fmt: skip


def has_window_pool(model: Model) -> bool:
    return bool(growing(model, windowed=True)) and bool(growing(model, windowed=False))


def has_state_pool(model: Model) -> bool:
    return any(layer.kind in ("linear", "ssm") for layer in cache_layers(model))


def cell_bytes(designs: Designs, *, windowed: bool) -> Array:
    """Bytes of one token over all layers with, or without, a window, D."""
    bits = np.array([kv.bits for kv in designs.kv_formats])[designs.kv]
    total = np.zeros(len(designs))
    for layer in growing(designs.model, windowed=windowed):
        total = total + layer.count * token_bytes(layer, tp=designs.tp, kv_bits=bits)
    return total


def slot_bytes(designs: Designs) -> Array:
    """Bytes of the states of one slot over all recurrent layers on one rank, D."""
    convolution, recurrent = state_layers_bytes(designs)
    return convolution + recurrent


def state_layers_bytes(designs: Designs) -> tuple[Array, Array]:
    """The same for convolutions and for recurrent states apart, each D."""
    layers = [layer for layer in cache_layers(designs.model) if layer.kind in ("linear", "ssm")]
    convolution = [sum(layer.count * state_bytes(layer, 0.0) for layer in layers) for _ in designs.engines]
    whole = [sum(layer.count * state_bytes(layer, e.state_bytes) for layer in layers) for e in designs.engines]
    first, both = (np.array(each, dtype=float)[designs.engine] / designs.tp for each in (convolution, whole))
    return first, both - first


def window_ratio(designs: Designs) -> Array:
    """Tokens of the windows' pool to those of the other, D."""
    return np.array([e.settings.memory.window_ratio or WINDOW_RATIO for e in designs.engines])[designs.engine]


def windowed_bytes(designs: Designs, tokens: Array) -> Array:
    """Bytes of the whole pool that one sequence fills, D: by its tokens, or by those within the window."""
    ratio = window_ratio(designs)
    whole = cell_bytes(designs, windowed=False) + ratio * cell_bytes(designs, windowed=True)
    window = max(layer.window or 0 for layer in growing(designs.model, windowed=True))
    return whole * np.maximum(tokens, np.minimum(tokens, window) / ratio)


def hybrid_bytes(designs: Designs, tokens: Array) -> Array:
    """Bytes of the whole pool that one sequence fills, D: by its tokens, or by its slots."""
    cell, slot = cell_bytes(designs, windowed=False) + cell_bytes(designs, windowed=True), slot_bytes(designs)
    ratio = np.array([e.settings.memory.state_ratio or STATE_RATIO for e in designs.engines])[designs.engine]
    fixed = np.array([e.settings.memory.state_slots is not None for e in designs.engines])[designs.engine]
    alone = np.array([e.settings.memory.prefix_caching is False for e in designs.engines])[designs.engine]
    taken = np.where(alone, OWN_SLOT, SLOTS) * slot
    shared = np.maximum(tokens * cell * (1.0 + ratio), taken * (1.0 + ratio) / ratio)
    return np.where(fixed, tokens * cell + taken, shared)


def token_capacity(designs: Designs, pool: Array) -> Array:
    """Tokens that a pool [bytes] holds, as SGLang logs them, D."""
    cell = cell_bytes(designs, windowed=False)
    wide = cell_bytes(designs, windowed=True)
    if has_window_pool(designs.model):
        return np.floor(pool / (cell + window_ratio(designs) * wide))
    return np.floor((pool - state_pool(designs, pool)) / (cell + wide))


def state_pool(designs: Designs, pool: Array) -> Array:
    """Bytes of the states' pool, D: whole slots of its share, and one that pads; zero without recurrent layers."""
    slot = slot_bytes(designs)
    if not has_state_pool(designs.model):
        return np.zeros_like(slot)
    settings = [e.settings.memory for e in designs.engines]
    ratio = np.array([s.state_ratio or STATE_RATIO for s in settings])[designs.engine]
    asked = np.array([s.state_slots or 0 for s in settings])[designs.engine]
    share = pool * ratio / (1.0 + ratio)
    slots = np.where(asked > 0, asked, np.floor((share - slot) / slot))
    return (slots + 1.0) * slot
