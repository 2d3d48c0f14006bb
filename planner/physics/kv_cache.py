"""Bytes that a sequence holds in the cache of one GPU, layer by layer."""

from __future__ import annotations

import numpy as np

from models_db.cache import CacheLayer, cache_layers
from models_db.schema import Model
from planner.formulas.types import Array
from planner.physics.design import Designs
from planner.physics.ggml.columns import device_share
from planner.physics.layers import unwindowed
from planner.physics.speculation import drafter_bytes

STATE_BYTES = 4.0
INDEX_BYTES = 132.0 / 128.0


def sequence_bytes(
    layer: CacheLayer, *, tp: Array, kv_bits: Array, tokens: Array, hybrid: bool = True, in_flight: Array = 0.0
) -> Array:
    """Cache bytes of one sequence of `tokens` tokens in one cache-layer group on one tensor-parallel rank.

    A windowed layer holds `window` tokens; while a chunk is prefilled it also holds the chunk (`in_flight`).
    """
    kv_bytes = kv_bits / 8.0
    held = np.minimum(tokens, layer.window - 1 + np.maximum(1.0, in_flight)) if layer.window and hybrid else tokens
    if layer.kind in ("linear", "ssm"):
        return layer.count * state_bytes(layer) / tp
    if not layer.stored or layer.image_only:
        return 0.0 * tp * tokens
    if layer.kind == "compressed":
        entries = np.minimum(tokens, layer.window or 0) + (tokens / layer.ratio if layer.ratio else 0.0)
        index = layer.index_dim * INDEX_BYTES * tokens / layer.ratio if layer.index_heads and layer.ratio else 0.0
        return layer.count * (entries * layer.k_elements * kv_bytes + index)
    index = layer.index_dim * INDEX_BYTES * tokens if layer.index_heads else 0.0
    return layer.count * (token_bytes(layer, tp=tp, kv_bits=kv_bits) * held + index)


def token_bytes(layer: CacheLayer, *, tp: Array, kv_bits: Array) -> Array:
    """Bytes of one token in one layer on one rank; heads are replicated when ranks outnumber them."""
    heads = np.maximum(1.0, np.ceil(layer.kv_heads / tp)) if layer.kv_heads else 1.0
    return heads * (layer.k_elements + layer.v_elements) * kv_bits / 8.0


def state_bytes(layer: CacheLayer) -> float:
    """Recurrent state (float32) and convolution state (16 bit) of one sequence in one layer, unsharded."""
    return layer.state_elements * STATE_BYTES + layer.conv_elements * 2.0


def cache_bytes(designs: Designs, tokens: Array, *, in_flight: Array = 0.0) -> Array:
    """Bytes that one sequence of `tokens` tokens occupies on one GPU of each design (mean pipeline stage)."""
    bits = np.array([kv.bits for kv in designs.kv_formats])[designs.kv]
    hybrid = designs.of_engine("hybrid_cache")
    hybrid = hybrid & ~unwindowed(designs.model, designs.engines, designs.engine)
    block = block_tokens(designs)
    held = np.ceil(tokens / block) * block
    pages = state_page_factor(designs, block)
    total = np.zeros(len(designs))
    for layer in cache_layers(designs.model):
        windowed = sequence_bytes(layer, tp=designs.tp, kv_bits=bits, tokens=held, in_flight=in_flight)
        whole = sequence_bytes(layer, tp=designs.tp, kv_bits=bits, tokens=held, hybrid=False)
        part = np.where(hybrid, windowed, whole)
        total = total + (part * pages if layer.kind in ("linear", "ssm") else part)
    drafting = designs.of_engine("own_layers")
    total = total * np.where(drafting, 1.0 + designs.model.mtp_layers / designs.model.n_layers, 1.0)
    stage = total * np.ceil(designs.model.n_layers / designs.pp) / designs.model.n_layers * device_share(designs)
    return stage + drafter_bytes(designs, lambda own: cache_bytes(own, tokens, in_flight=in_flight))


def _largest_state(model: Model) -> float:
    return max([state_bytes(layer) for layer in cache_layers(model) if layer.kind in ("linear", "ssm")], default=0.0)


def _attention_token_bytes(designs: Designs) -> Array:
    """Bytes of a token in the widest growing layer of each design; zero without such layers."""
    bits = np.array([kv.bits for kv in designs.kv_formats])[designs.kv]
    widest = np.zeros(len(designs))
    for layer in cache_layers(designs.model):
        if layer.kind in ("gqa", "mla") and layer.stored and not layer.image_only:
            widest = np.maximum(widest, token_bytes(layer, tp=designs.tp, kv_bits=bits))
    return widest


def block_tokens(designs: Designs) -> Array:
    """Tokens of a KV block. With recurrent layers vLLM widens it until a page holds one layer's state."""
    block = np.array([engine.block_tokens for engine in designs.engines], dtype=float)[designs.engine]
    state, token = _largest_state(designs.model) / designs.tp, _attention_token_bytes(designs)
    paged = np.array([e.hybrid_cache and e.memory_policy == "share_of_total" for e in designs.engines])[designs.engine]
    wide = np.ceil(np.divide(state, token, out=np.zeros_like(token), where=token > 0) / 16.0) * 16.0
    return np.where(paged & (wide > 0), np.maximum(block, wide), block)


def state_page_factor(designs: Designs, block: Array) -> Array:
    """Size of a state's page over the state: the page is as large as an attention block."""
    state, token = _largest_state(designs.model) / designs.tp, _attention_token_bytes(designs)
    if _largest_state(designs.model) == 0.0:
        return np.ones(len(designs))
    return np.maximum(1.0, block * token / state)


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
