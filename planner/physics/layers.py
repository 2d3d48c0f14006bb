"""What the layers of a model ask of the step besides its matrices: kernels, inner tensors, live keys."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from models_db.cache import CacheLayer, cache_layers
from models_db.schema import Model, Moe
from planner.formulas.types import Array
from planner.physics.coefficient_parts import EagerKernels
from planner.physics.design import Ints
from planner.physics.engines import Engine

# Mixers that launch more kernels than softmax attention does.
KERNELS = {"mla": "latent", "compressed": "latent", "linear": "linear", "ssm": "linear"}


def eager_kernels(model: Model, each: EagerKernels) -> float:
    """Kernels of one forward pass outside CUDA graphs, by what its layers are made of."""
    total = 0.0
    for group in model.layers:
        parts = {"layer"} | {KERNELS[m.kind] for m in group.mixers if m.kind in KERNELS}
        parts |= {"experts"} if has_moe(group.ffns) else set()
        total += group.count * sum(getattr(each, part) for part in parts)
    return total


def mixer_of(model: Model) -> str:
    """The kind of layers whose kernels an engine has of its own: those which are not plain attention, else whether
    they have experts."""
    found = {KERNELS[m.kind] for group in model.layers for m in group.mixers if m.kind in KERNELS}
    experts = any(has_moe(group.ffns) for group in model.layers)
    return min(found, default="experts" if experts else "attention")


def inner_elements(model: Model) -> float:
    """Elements a token reads and writes inside feed-forward parts: products of gates, and copies for its experts."""
    total = 0.0
    for group in model.layers:
        for f in group.ffns:
            width = (
                3.0 * f.intermediate if not isinstance(f, Moe) else f.topk * (3.0 * f.intermediate + 4.0 * model.hidden)
            )
            total += group.count * width
    return total


def has_moe(ffns: tuple[object, ...]) -> bool:
    return any(isinstance(f, Moe) for f in ffns)


def unwindowed(model: Model, engines: Sequence[Engine], engine: Ints) -> npt.NDArray[np.bool_]:
    """Designs whose engine runs a model of windowed layers alone as if they had no window, D."""
    uniform = all(layer.window for layer in cache_layers(model))
    return np.array([uniform and not e.uniform_windows for e in engines])[engine]


def live_keys(layer: CacheLayer, context: Array, whole: Array = False) -> tuple[Array, Array]:
    """Keys a query attends to, and keys an indexer scores for it; `whole`: where windows are not applied."""
    keys = np.asarray(context, dtype=float)
    index = np.zeros_like(keys)
    if layer.kind == "compressed":
        index = keys / layer.ratio if layer.index_heads and layer.ratio else index
        entries = keys / layer.ratio if layer.ratio else np.zeros_like(keys)
        if layer.sparse_topk:
            entries = np.minimum(entries, layer.sparse_topk)
        return np.minimum(keys, layer.window or 0) + entries, index
    if layer.image_only:
        return np.zeros_like(keys), index
    if layer.window:
        keys = np.where(whole, keys, np.minimum(keys, layer.window))
    if layer.sparse_topk:
        index = keys if layer.index_heads else index
        keys = np.minimum(keys, layer.sparse_topk)
    return keys, index
