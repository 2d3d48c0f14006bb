"""LoRA adapters: the slots that an engine reserves for them on every layer."""

from __future__ import annotations

import numpy as np

from models_db.matrices import Matrix, matrices
from models_db.schema import Model
from planner.formulas.types import Array
from planner.physics.design import Designs

# Roles whose matrices take an adapter by default (vLLM: attention and feed-forward projections).
ADAPTED = ("attention", "mlp", "shared_expert")
COLUMN_SHARDS = ("column", "kv", "vocab")


def adapter_bytes(designs: Designs) -> Array:
    """Bytes of the slots of all adapters on one GPU of each design, D: two factors of 16 bit a matrix and slot."""
    if not any(e.settings.memory.adapters for e in designs.engines):
        return np.zeros(len(designs))
    keys, inverse = designs.groups("engine", "tp", "pp")
    found = []
    for e, tp, pp in keys:
        s = designs.engines[e].settings.memory
        found.append(s.adapters * s.adapter_rank * 2.0 * _width(designs.model, tp) / pp)
    return np.array(found, dtype=float)[inverse]


def _width(model: Model, tp: int) -> float:
    """Inputs and outputs of all adapted matrices on one rank: the sharded side of each is split."""
    return sum(_sides(m, tp) * m.copies for m in matrices(model) if m.role in ADAPTED)


def _sides(m: Matrix, tp: int) -> float:
    if m.shard == "row":
        return m.cols / tp + m.rows * m.fused
    return (m.cols * m.fused + m.rows / tp) if m.shard in COLUMN_SHARDS else m.cols + m.rows
