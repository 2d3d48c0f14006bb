"""Bytes of a checkpoint as it lies on a disk."""

from __future__ import annotations

from functools import lru_cache

from models_db.formats import Format, small_bits, weight_bits
from models_db.matrices import matrices
from models_db.schema import Model

BIAS_BYTES = 2.0


@lru_cache(maxsize=4096)
def stored_bytes(model: Model, fmt: Format) -> float:
    """Bytes of all tensors of a model in a weight format, scales and vision tower included; no file headers.

    Source: tensor shapes and the format's bits an element.
    """
    total = sum(
        m.rows * m.experts * m.copies * (m.cols * weight_bits(fmt, m, model) / 8.0 + BIAS_BYTES * m.bias)
        for m in matrices(model)
    )
    small = sum(group.count * group.small_params for group in model.layers) + model.small_params
    wide = model.lookup_params + model.unplaced_params + model.vision_params
    return total + small * small_bits(fmt) / 8.0 + wide * fmt.wide_bits / 8.0
