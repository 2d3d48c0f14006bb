"""Decode context parallelism: tensor-parallel ranks that share a cache which each of them would hold whole.

Source: vLLM, docs/serving/context_parallel_deployment.md: `decode_context_parallel_size` is at most the number of ranks
that hold the same heads; 715,072 tokens of Kimi-K2 at TP 8 become 5,721,088 with 8 of them, in the same 46.8 GiB.
"""

from __future__ import annotations

import numpy as np

from models_db.cache import cache_layers
from models_db.schema import Model
from planner.formulas.types import Array
from planner.physics.design import Designs


def holders(model: Model, tp: int) -> int:
    """Ranks that hold the same part of the cache.

    1 where any layer keeps a recurrent state, which is divided among all.
    """
    layers = [layer for layer in cache_layers(model) if layer.stored or layer.state_elements]
    alike = [
        1 if layer.kind in ("linear", "ssm", "compressed") else max(1, tp // layer.kv_heads) if layer.kv_heads else tp
        for layer in layers
    ]
    return min(alike, default=1)


def sharing_ranks(designs: Designs) -> Array:
    """Ranks that share a cache, by design: as many as are set, at most those that would hold the same."""
    asked = [e.settings.memory.context_ranks or 1 for e in designs.engines]
    if max(asked) == 1:
        return np.ones(len(designs))
    keys, inverse = designs.groups("engine", "tp")
    found = [min(asked[e], holders(designs.model, int(tp))) for e, tp in keys]
    return np.array(found, dtype=float)[inverse]


def sharing_problem(model: Model, tp: int, asked: int | None) -> str:
    """Why ranks cannot share a cache so; empty where they can."""
    most = holders(model, tp)
    if asked is None or (asked <= most and tp % asked == 0):
        return ""
    return f"engine.memory.context_ranks: {asked} of {model.id} at tp {tp}, where {most} ranks hold the same cache"
