"""What a user's own start-up logs say of an engine's memory on a GPU, beyond the prediction."""

from __future__ import annotations

import numpy as np

from planner.formulas.memory import GIB
from planner.formulas.types import Array
from planner.physics.design import Designs
from planner.physics.own import OwnFactors

# A difference that no log tells from rounding.
LEAST_GIB = 0.005


def own_bytes(designs: Designs, own: OwnFactors) -> Array:
    """Bytes on each GPU of each design, D x 1; below zero where less is taken than predicted."""
    if not own.memory:
        return np.zeros((len(designs), 1))
    keys, inverse = designs.groups("gpu", "engine")
    return GIB * np.array([_gib(designs, g, e, own) for g, e in keys])[inverse][:, None]


def own_memory_text(designs: Designs, row: int, own: OwnFactors) -> list[str]:
    """That a design's memory follows own logs, in words; nothing where it does not."""
    gib = _gib(designs, int(designs.gpu[row]), int(designs.engine[row]), own)
    if abs(gib) < LEAST_GIB:
        return []
    gpu, engine = designs.gpus[designs.gpu[row]].name, designs.engines[designs.engine[row]].name
    side = "more" if gib > 0.0 else "less"
    return [f"{abs(gib):.2f} GiB {side} beside weights and cache of each {gpu} under {engine}: your start-up logs"]


def _gib(designs: Designs, gpu: int, engine: int, own: OwnFactors) -> float:
    return own.memory.get((designs.gpus[gpu].id, designs.engines[engine].id, designs.model.family), 0.0)
