"""What a cross-validation leaves out together: pairs of model and GPU, models, GPUs, and whole sources."""

from __future__ import annotations

import zlib
from collections import Counter

import numpy as np

from planner.evidence.serving import MeasuredPoints
from planner.formulas.types import Array

FOLDS = 5
SCHEMES = ("source", "pair", "model", "gpu")
# A source with a larger share of the points is left out alone, so that others are not judged without it.
LARGE = 0.2


def folds(data: MeasuredPoints, scheme: str) -> Array:
    """The fold of each point, from 0 on."""
    if scheme == "source":
        return _source_folds(data)
    names = {
        "pair": [" ".join(p.key) for p in data.points], "model": [p.model.id for p in data.points],
        "gpu": [p.gpu.id for p in data.points],
    }[scheme]  # fmt: skip
    return np.array([zlib.crc32(name.encode()) % FOLDS for name in names])


def _source_folds(data: MeasuredPoints) -> Array:
    counts = Counter(data.sources)
    large = sorted(name for name, count in counts.items() if count > LARGE * len(data.sources))
    return np.array(
        [FOLDS + large.index(name) if name in large else zlib.crc32(name.encode()) % FOLDS for name in data.sources]
    )
