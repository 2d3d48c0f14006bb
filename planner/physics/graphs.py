"""Memory of CUDA graphs: how many are captured, and what each costs a layer.

Every captured batch size keeps nodes, kernel arguments and private buffers for each layer. Where an all-reduce runs in
NCCL and not in the engine's own kernel, its channels are captured, too, which costs several times as much.
"""

from __future__ import annotations

import numpy as np

from models_db.schema import Attention, LatentAttention, Model, Moe
from planner.formulas.memory import GIB
from planner.formulas.types import Array
from planner.physics.coefficient_parts import MemoryFigures
from planner.physics.design import Designs
from planner.physics.encoder import takes_whole
from planner.physics.engines import Engine
from planner.physics.links import runs_own_kernel
from planner.physics.stages import stage_layers

# The smallest sizes that are captured, then every eighth, and above FINE every `capture_step`.
SMALLEST = (1.0, 2.0, 4.0)
FINE = 256.0
LARGEST_DECODE = 256.0
# Graphs after which what they share has its full size.
FIRST = 10.0


def captured_sizes(largest: Array, step: Array) -> Array:
    """Batch sizes up to `largest`: 1, 2, 4, then every 8, above 256 every `step` (vllm/config/vllm.py).

    >>> float(captured_sizes(np.array(512.0), np.array(16.0))), float(captured_sizes(np.array(512.0), np.array(8.0)))
    (51.0, 67.0)
    """
    few = sum((largest >= size).astype(float) for size in SMALLEST)
    fine, coarse = np.minimum(largest, FINE), np.maximum(largest - FINE, 0.0)
    counted: Array = few + np.floor(fine / 8.0) + np.floor(coarse / step)
    return counted


def graph_counts(designs: Designs, sequences: Array, tokens: Array) -> tuple[Array, Array]:
    """CUDA graphs of whole steps and of pieces, each D x L, at batch limits (L) and token budgets (D x 1)."""
    counts = [_counts(e, sequences, 1.0 + e.draft_tokens) for e in designs.engines]
    step = designs.of_engine("capture_step")[:, None].astype(float)
    whole, pieces = (np.stack([np.ravel(c[i]) for c in counts])[designs.engine] for i in (0, 1))
    return captured_sizes(np.minimum(whole, tokens), step), captured_sizes(np.minimum(pieces, tokens), step)


def _counts(engine: Engine, sequences: Array, rows: float) -> tuple[Array, Array]:
    """Largest captured batch of whole steps and of pieces, 0 where none is captured."""
    none = np.zeros_like(sequences, dtype=float)
    if engine.captures == "none" or engine.eager:
        return none, none
    limit = float(engine.settings.memory.capture_size or engine.capture_limit)
    decode = np.minimum(sequences * rows, limit if engine.captures == "both" else min(limit, LARGEST_DECODE))
    pieces = np.minimum(sequences * rows * 2.0, limit)
    return (
        decode if engine.captures in ("decode", "both") else none,
        pieces if engine.captures in ("pieces", "both") else none,
    )


def graph_shares(designs: Designs, sequences: Array, tokens: Array, nccl: Array) -> tuple[Array, Array, Array]:
    """What the figures of graphs count for, each D x L: the first captures, sizes and layers, and those where NCCL
    reduces (`nccl`, D), whose channels whole steps and pieces have in common."""
    whole, pieces = graph_counts(designs, sequences, tokens)
    stage = stage_layers(designs)[:, None]
    return (
        np.minimum((whole + pieces) / FIRST, 1.0),
        stage * (whole + pieces),
        np.where(nccl[:, None], stage * np.maximum(whole, pieces), 0.0),
    )


def graph_bytes(designs: Designs, memory: MemoryFigures, sequences: Array, tokens: Array, nccl: Array) -> Array:
    """Bytes of the CUDA graphs on one GPU of each design, D x L."""
    first, each, shared = graph_shares(designs, sequences, tokens, nccl)
    taken: Array = memory.graph_first_gib * first + memory.graph_layer_gib * each
    return GIB * (taken + memory.graph_layer_group_gib * shared)


def through_nccl(designs: Designs) -> Array:
    """Designs whose tensor ranks reduce in NCCL, D."""
    keys, inverse = designs.groups("engine", "gpu", "tp")
    inner = [gpu.joined.inside for gpu in designs.gpus]
    found = []
    for e, g, tp in keys:
        inside, generation = inner[g], designs.gpus[g].generation
        own = tp <= inside.devices and runs_own_kernel(inside, designs.engines[e], generation, tp)
        found.append(tp > 1 and not own)
    return np.array(found, dtype=bool)[inverse]


def silent_ranks(designs: Designs, nccl: Array) -> Array:
    """Designs whose ranks add nothing outside PyTorch's allocator, D: in one machine, where NCCL is counted before, as
    the first engine always did."""
    policy = designs.of_engine("silent_nccl") | takes_whole(designs)
    machine = np.array([gpu.joined.inside.machine for gpu in designs.gpus])[designs.gpu]
    return policy & nccl & (designs.tp * designs.dp <= machine)


def is_plain(model: Model) -> bool:
    """Whether a model is made of attention and dense parts alone: no states, windows, experts, or encoders."""
    mixers = [m for group in model.layers for m in group.mixers]
    parts = [f for group in model.layers for f in group.ffns]
    whole = all(isinstance(m, LatentAttention) or (isinstance(m, Attention) and not m.window) for m in mixers)
    return whole and not model.vision_params and not any(isinstance(f, Moe) for f in parts)


def era_of(engine: Engine, model: Model) -> str:
    """The memory era of a model under an engine: some run in another runner of the same release."""
    return engine.plain_era if engine.plain_era and is_plain(model) else engine.memory_era


def outside_era(engine: Engine, model: Model) -> str:
    """The era of memory outside PyTorch's allocator: that of the runner where a model has another one."""
    return engine.plain_era if engine.plain_era and is_plain(model) else engine.outside_era or engine.memory_era


def charged(designs: Designs) -> Array:
    """Designs whose pool is what is left beside an estimate of the graphs, D."""
    plain = is_plain(designs.model)
    return np.array([e.graphs_in_budget and not (plain and e.plain_era) for e in designs.engines])[designs.engine]
