"""Weights of whole layers that an engine keeps in host memory and reads over the host link in every step.

Source: vLLM model_executor/models/utils.py, `maybe_offload_to_cpu`: the parameters of the layers, in their order, until
`cpu_offload_gb` GiB of each GPU are in host memory; embeddings and the head stay. SGLang has the same flag and rule.
"""

from __future__ import annotations

import numpy as np

from models_db.formats import weight_bits
from models_db.matrices import matrices
from planner.formulas.memory import GIB
from planner.formulas.types import Array
from planner.physics.design import Designs
from planner.physics.ggml.columns import unified
from planner.physics.split import Split
from planner.physics.weights import rank_shape


def offloaded_bytes(designs: Designs, weights: Array) -> Array:
    """Bytes of a rank's weights that are in host memory, D: as many as are asked for, at most those of its layers; none
    where host and GPU have one memory."""
    asked = [(e.settings.memory.cpu_offload_gib or 0.0) * GIB for e in designs.engines]
    if not any(asked):
        return np.zeros(len(designs))
    keys, inverse = designs.groups("fmt", "tp", "ep", "dp")
    staying = np.array([_outside_layers(designs, *key) for key in keys])[inverse]
    apart = np.array([not unified(gpu) for gpu in designs.gpus])[designs.gpu]
    wanted = np.where(apart, np.array(asked)[designs.engine], 0.0)
    return np.minimum(wanted, np.maximum(0.0, weights - staying))


def _outside_layers(designs: Designs, fmt: int, tp: int, ep: int, dp: int) -> float:
    """Bytes of embeddings, head and encoder on one rank."""
    stored, split = designs.formats[fmt], Split(tp=tp, ep=ep, dp=dp)
    total = designs.model.vision_params * stored.wide_bits / 8.0 / tp
    for matrix in matrices(designs.model):
        if matrix.role in ("embedding", "head"):
            rows, cols, _ = rank_shape(matrix, split)
            total += rows * cols * weight_bits(stored, matrix, designs.model, loaded=True) / 8.0
    return total
