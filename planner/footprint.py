"""Memory of one GPU of a replica, by part, for columns of designs."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from models_db.cache import CacheLayer, cache_layers
from models_db.formats import Format, small_bits, weight_bits
from models_db.matrices import Matrix, matrices
from models_db.schema import Model, Moe
from planner.calibration import parameters
from planner.deployment import Designs, Split
from planner.formulas.memory import GIB, allocated_bytes, padded, shard
from planner.formulas.types import Array

VOCAB_MULTIPLE = 64
STATE_BYTES = 4.0
INDEX_BYTES = 132.0 / 128.0


@dataclass(frozen=True, slots=True)
class Footprint:
    """Bytes on the fullest GPU of a replica; every field is a column, or D x L over batch limits."""

    total: Array
    budget: Array
    weights: Array
    non_torch: Array
    activation: Array
    graphs: Array
    kv_pool: Array

    @property
    def fits(self) -> Array:
        return self.kv_pool > 0

    def parts(self) -> dict[str, Array]:
        return {
            "weights": self.weights,
            "kv_cache": self.kv_pool,
            "activation": self.activation,
            "cuda_graphs": self.graphs,
            "non_torch": self.non_torch,
        }


def rank_shape(matrix: Matrix, split: Split) -> tuple[int, int, int]:
    """Rows, columns and experts of one rank's part of `matrix`."""
    rows, cols, experts = matrix.rows, matrix.cols, matrix.experts
    if matrix.shard == "vocab":
        return shard(padded(rows, VOCAB_MULTIPLE), split.tp), cols, 1
    if matrix.shard == "kv":
        width = rows // matrix.kv_heads
        return max(1, shard(matrix.kv_heads, split.tp)) * width, cols, 1
    if matrix.shard.startswith("expert"):
        if split.ep > 1:
            return rows, cols, shard(experts, split.ep)
        rows = shard(rows, split.tp) if matrix.shard == "expert_column" else rows
        return rows, shard(cols, split.tp) if matrix.shard == "expert_row" else cols, experts
    if matrix.shard == "column":
        return shard(rows, split.tp), cols, 1
    return rows, shard(cols, split.tp) if matrix.shard == "row" else cols, 1


@lru_cache(maxsize=65536)
def weights_bytes(model: Model, fmt: Format, split: Split, *, vision: bool = True) -> float:
    """Bytes of the weights on the fullest rank, as the engine's allocator holds them.

    The fullest pipeline stage has ceil(layers / pp) layers, and the first or last also the embedding or
    head. Source: tensor shapes by TP shard, vLLM's vocabulary padding, PyTorch's allocator rounding.
    """
    stage = -(-model.n_layers // split.pp) / model.n_layers
    total = 0.0
    for matrix in matrices(model):
        rows, cols, experts = rank_shape(matrix, split)
        tensor = rows * experts * (cols * weight_bits(fmt, matrix, model) / 8.0 + 2.0 * matrix.bias)
        share = 1.0 if matrix.role in ("embedding", "head") else stage
        total += float(allocated_bytes(tensor)) * matrix.copies * share
    wide = fmt.wide_bits / 8.0
    small = sum(group.count * group.small_params for group in model.layers) * stage + model.small_params
    total += small * small_bits(fmt) / 8.0
    total += (model.lookup_params + model.unplaced_params) * wide
    return total + (model.vision_params * wide if vision else 0.0)


def sequence_bytes(
    model: Model, layer: CacheLayer, *, tp: Array, kv_bits: Array, tokens: Array, hybrid: bool = True
) -> Array:
    """Cache bytes of one sequence of `tokens` tokens in one cache-layer group on one tensor-parallel rank."""
    kv_bytes = kv_bits / 8.0
    held = np.minimum(tokens, layer.window) if layer.window and hybrid else tokens
    if layer.kind in ("linear", "ssm"):
        state = layer.state_elements * STATE_BYTES + layer.conv_elements * 2.0
        return layer.count * state / tp
    if not layer.stored or layer.image_only:
        return 0.0 * tp * tokens
    if layer.kind == "compressed":
        entries = np.minimum(tokens, layer.window or 0) + (tokens / layer.ratio if layer.ratio else 0.0)
        index = layer.index_dim * INDEX_BYTES * tokens / layer.ratio if layer.index_heads and layer.ratio else 0.0
        return layer.count * (entries * layer.k_elements * kv_bytes + index)
    heads = np.maximum(1.0, np.ceil(layer.kv_heads / tp)) if layer.kv_heads else 1.0
    index = layer.index_dim * INDEX_BYTES * tokens if layer.index_heads else 0.0
    return layer.count * (heads * (layer.k_elements + layer.v_elements) * kv_bytes * held + index)


def cache_bytes(designs: Designs, tokens: Array) -> Array:
    """Bytes that one sequence of `tokens` tokens occupies on one GPU of each design (mean pipeline stage)."""
    bits = np.array([kv.bits for kv in designs.kv_formats])[designs.kv]
    hybrid = np.array([engine.hybrid_cache for engine in designs.engines])[designs.engine]
    block = np.array([engine.block_tokens for engine in designs.engines])[designs.engine]
    held = np.ceil(tokens / block) * block
    total = np.zeros(len(designs))
    for layer in cache_layers(designs.model):
        windowed = sequence_bytes(designs.model, layer, tp=designs.tp, kv_bits=bits, tokens=held)
        whole = sequence_bytes(designs.model, layer, tp=designs.tp, kv_bits=bits, tokens=held, hybrid=False)
        total = total + np.where(hybrid, windowed, whole)
    return total * np.ceil(designs.model.n_layers / designs.pp) / designs.model.n_layers


def kv_bytes_per_token(model: Model, *, tp: int = 1, kv_bits: float = 16.0) -> float:
    """KV bytes a token adds on one rank once every window is full; see docs/method.md.

    DeepSeek-V3 in BF16: 70,272 bytes on every rank, whatever the tensor-parallel width.
    """
    far = 1e9
    more = [
        sequence_bytes(model, layer, tp=tp, kv_bits=kv_bits, tokens=far + 1.0)
        - sequence_bytes(model, layer, tp=tp, kv_bits=kv_bits, tokens=far)
        for layer in cache_layers(model)
        if not layer.index_heads
    ]
    indexed = [
        layer.count * (layer.k_elements + layer.v_elements) * max(1, -(-layer.kv_heads // tp)) * kv_bits / 8.0
        for layer in cache_layers(model)
        if layer.index_heads and layer.kind != "compressed"
    ]
    return float(sum(more) + sum(indexed))


def activation_bytes(model: Model, *, tp: Array, tokens: Array, sequences: Array) -> Array:
    """Peak of activations in a profile run: the sampler's float32 logits or one layer's tensors.

    tokens: max_num_batched_tokens; sequences: max_num_seqs. Coefficients in calibration/parameters.toml.
    """
    widths = [
        max([f.intermediate * (f.topk if isinstance(f, Moe) else 1) for f in group.ffns], default=0)
        for group in model.layers
    ]
    wide = max(widths, default=0)
    sampler = parameters.memory("sampler_copies") * sequences * model.vocab * 4.0
    layer = parameters.memory("layer_copies") * tokens * (2.0 * model.hidden + 2.0 * wide / tp) * 2.0
    return np.maximum(sampler, layer)


def footprint(designs: Designs, *, max_sequences: Array, max_tokens: Array, fraction: float | None = None) -> Footprint:
    """Memory by part for each design (rows) and batch limit (columns of `max_sequences`, shape L)."""
    weights = _weights_column(designs)[:, None]
    total = np.array([g.memory_bytes for g in designs.gpus])[designs.gpu][:, None] * parameters.memory("driver_share")
    share = np.array([e.memory_fraction for e in designs.engines])[designs.engine][:, None]
    if fraction is not None:
        share = np.full_like(share, fraction)
    ranks = (designs.tp * designs.dp)[:, None].astype(float)
    non_torch = GIB * (
        parameters.memory("non_torch_gib")
        + (ranks > 1) * parameters.memory("non_torch_group_gib")
        + np.maximum(0.0, ranks - 2) * parameters.memory("non_torch_rank_gib")
    )
    graphs = GIB * (parameters.memory("graph_gib") + (ranks - 1.0) * parameters.memory("graph_rank_gib"))
    activation = activation_bytes(
        designs.model, tp=designs.tp[:, None], tokens=max_tokens, sequences=np.asarray(max_sequences)[None, :]
    )
    return _by_policy(designs, total, share, weights, non_torch, activation, graphs)


def _weights_column(designs: Designs) -> Array:
    """Weights by design; each distinct (format, split) is computed once."""
    keys, inverse = designs.groups("fmt", "tp", "pp", "ep", "dp")
    values = [
        weights_bytes(designs.model, designs.formats[f], Split(tp=tp, pp=pp, ep=ep, dp=dp))
        for f, tp, pp, ep, dp in keys
    ]
    return np.array(values, dtype=float)[inverse]


def _by_policy(
    designs: Designs, total: Array, share: Array, weights: Array, non_torch: Array, activation: Array, graphs: Array
) -> Footprint:
    """The KV pool under each engine's rule; see the memory section of docs/method.md."""
    policy = np.array([engine.memory_policy for engine in designs.engines])[designs.engine][:, None]
    inside = np.array([engine.graphs_in_budget for engine in designs.engines])[designs.engine][:, None]
    spent = weights + non_torch + activation
    of_total = total * share - spent - np.where(inside, graphs, 0.0)
    static = np.minimum((total - non_torch) * share - weights, total - spent - graphs)
    of_free = (total - spent - graphs) * share
    pool = np.select([policy == "share_of_total", policy == "static_share"], [of_total, static], of_free)
    # Graphs outside the budget still have to fit beside it.
    pool = np.minimum(pool, total - spent - graphs)
    return Footprint(total, total * share, weights, non_torch, activation, graphs, pool)
