"""Bytes that a sequence holds in the cache of one GPU, layer by layer."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from models_db.cache import CacheLayer, cache_layers
from models_db.schema import Model
from planner.formulas.types import Array
from planner.physics.compressed import compressed_bytes, is_compressed
from planner.physics.context_ranks import sharing_ranks
from planner.physics.design import Designs
from planner.physics.ggml.columns import device_share
from planner.physics.layers import unwindowed
from planner.physics.pages import is_mixed, paged_bytes
from planner.physics.pools import cell_bytes, has_state_pool, has_window_pool, hybrid_bytes, windowed_bytes
from planner.physics.speculation import drafter_bytes
from planner.physics.stages import stage_layers
from planner.physics.states import block_tokens, state_bytes, token_bytes

__all__ = ["block_tokens", "cache_bytes", "keeps_cache", "kv_bytes_per_token", "sequence_bytes", "token_bytes"]

STATE_BYTES = 4.0
INDEX_BYTES = 132.0 / 128.0
CacheRule = Callable[[Designs, Array, Array], Array]


def sequence_bytes(
    layer: CacheLayer, *, tp: Array, kv_bits: Array, tokens: Array, hybrid: bool = True, in_flight: Array = 0.0
) -> Array:
    """Cache bytes of one sequence of `tokens` tokens in one cache-layer group on one tensor-parallel rank.

    A windowed layer holds `window` tokens; while a chunk is prefilled it also holds the chunk (`in_flight`).
    """
    kv_bytes = kv_bits / 8.0
    held = np.minimum(tokens, layer.window - 1 + np.maximum(1.0, in_flight)) if layer.window and hybrid else tokens
    if layer.kind in ("linear", "ssm"):
        return layer.count * state_bytes(layer, STATE_BYTES) / tp
    if not layer.stored or layer.image_only:
        return 0.0 * tp * tokens
    if layer.kind == "compressed":
        entries = np.minimum(tokens, layer.window or 0) + (tokens / layer.ratio if layer.ratio else 0.0)
        index = layer.index_dim * INDEX_BYTES * tokens / layer.ratio if layer.index_heads and layer.ratio else 0.0
        return layer.count * (entries * layer.k_elements * kv_bytes + index)
    index = layer.index_dim * INDEX_BYTES * tokens if layer.index_heads else 0.0
    return layer.count * (token_bytes(layer, tp=tp, kv_bits=kv_bits) * held + index)


def cache_bytes(designs: Designs, tokens: Array, *, in_flight: Array = 0.0) -> Array:
    """Bytes that one sequence of `tokens` tokens takes of the pool of one GPU, D (mean pipeline stage).

    Where an engine divides its pool into parts of fixed size, those of the part that fills first, scaled to the whole.
    in_flight: tokens of a chunk that windowed layers hold beside their window.
    """
    total = np.zeros(len(designs))
    for rule in dict.fromkeys(_rule(designs, e) for e in range(len(designs.engines))):
        here = np.array([_rule(designs, e) is rule for e in range(len(designs.engines))])[designs.engine]
        if np.any(here):
            total = np.where(here, rule(designs, tokens, in_flight), total)
    stage = total * stage_layers(designs) / designs.model.n_layers * device_share(designs)
    stage = stage / sharing_ranks(designs)
    return stage + drafter_bytes(designs, lambda own: cache_bytes(own, tokens, in_flight=in_flight))


def _rule(designs: Designs, e: int) -> CacheRule:
    """How the engine with index `e` keeps the cache of the model."""
    engine, model = designs.engines[e], designs.model
    if engine.memory_policy == "share_of_total" and engine.hybrid_cache:
        if is_compressed(model):
            return compressed_bytes
        return paged_bytes if is_mixed(model) else layer_bytes
    if engine.memory_policy == "static_share":
        if not keeps_cache(model):
            return _every_layer
        if has_state_pool(model):
            return _states_apart
        if has_window_pool(model) and engine.window_pool:
            return _windows_apart
    return layer_bytes


def keeps_cache(model: Model) -> bool:
    """Whether any layer of a model keeps something for later tokens: encoders have none that does."""
    return any(layer.stored or layer.state_elements or layer.conv_elements for layer in cache_layers(model))


def _every_layer(designs: Designs, tokens: Array, in_flight: Array) -> Array:
    """SGLang allocates a cache for the layers of an encoder, too."""
    return tokens * (cell_bytes(designs, windowed=False) + cell_bytes(designs, windowed=True))


def _states_apart(designs: Designs, tokens: Array, in_flight: Array) -> Array:
    return hybrid_bytes(designs, tokens) * _with_drafts(designs)


def _windows_apart(designs: Designs, tokens: Array, in_flight: Array) -> Array:
    return windowed_bytes(designs, tokens) * _with_drafts(designs)


def _with_drafts(designs: Designs) -> Array:
    """What a model's own layers for drafting add to the cache of its layers, as a factor, D."""
    drafting = designs.of_engine("own_layers")
    return np.where(drafting, 1.0 + designs.model.mtp_layers / designs.model.n_layers, 1.0)


def layer_bytes(designs: Designs, tokens: Array, in_flight: Array = 0.0) -> Array:
    """Bytes of one sequence as the sum over layers, each with what it needs, D."""
    bits = np.array([kv.bits for kv in designs.kv_formats])[designs.kv]
    hybrid = designs.of_engine("hybrid_cache")
    hybrid = hybrid & ~unwindowed(designs.model, designs.engines, designs.engine)
    block = block_tokens(designs)
    held = np.ceil(tokens / block) * block
    total = np.zeros(len(designs))
    for layer in cache_layers(designs.model):
        windowed = sequence_bytes(layer, tp=designs.tp, kv_bits=bits, tokens=held, in_flight=in_flight)
        whole = sequence_bytes(layer, tp=designs.tp, kv_bits=bits, tokens=held, hybrid=False)
        total = total + np.where(hybrid, windowed, whole)
    return total * _with_drafts(designs)


def kv_bytes_per_token(model: Model, *, tp: int = 1, kv_bits: float = 16.0) -> float:
    """KV bytes a token adds on one rank once every window is full; see docs/method.md.

    DeepSeek-V3 in BF16: 70,272 bytes on every rank, whatever the tensor-parallel width.
    """
    far = 1e9
    more = [
        sequence_bytes(layer, tp=tp, kv_bits=kv_bits, tokens=far + 1.0)
        - sequence_bytes(layer, tp=tp, kv_bits=kv_bits, tokens=far)
        for layer in cache_layers(model)
        if not layer.index_heads
    ]
    indexed = [
        layer.count * (layer.k_elements + layer.v_elements) * max(1, -(-layer.kv_heads // tp)) * kv_bits / 8.0
        for layer in cache_layers(model)
        if layer.index_heads and layer.kind != "compressed"
    ]
    return float(sum(more) + sum(indexed))
