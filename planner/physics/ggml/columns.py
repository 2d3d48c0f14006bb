"""What llama.cpp's processes hold, as columns of designs."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from hardware_db.schema import Accelerator
from models_db.schema import Model
from planner.formulas.types import Array
from planner.physics.design import Designs
from planner.physics.ggml.build import placed
from planner.physics.ggml.held import cache_held, states_bytes, weights_held
from planner.physics.ggml.reserve import compute_buffers
from planner.physics.ggml.run_of import build_at, run_of
from planner.physics.ggml.settings import Process

# Of no cache on the device there are sequences without end: as if a thousandth were there.
LEAST_SHARE = 1e-3


@dataclass(frozen=True, slots=True)
class Processes:
    """Bytes on the fullest GPU, by design; NaN where an engine is not llama.cpp's. `cache`: what is allocated at start
    where the size of the cache is set, NaN where it is as large as memory allows."""

    weights: Array
    compute: Array
    cache: Array


def processes(designs: Designs) -> Processes:
    """The processes of every design whose engine runs llama.cpp's code."""
    size = len(designs)
    found = Processes(np.full(size, np.nan), np.full(size, np.nan), np.full(size, np.nan))
    if not any(engine.ggml for engine in designs.engines):
        return found
    keys, inverse = designs.groups("gpu", "fmt", "kv", "engine", "pp")
    for i, (g, f, _, e, _) in enumerate(keys):
        if not designs.engines[e].ggml:
            continue
        rows = inverse == i
        run = process_at(designs, int(np.flatnonzero(rows)[0]))
        fmt, model = designs.formats[f], designs.model
        weights, compute = weights_held(model, fmt, run), compute_buffers(model, fmt, run)
        # What is in host memory is in the same chips where there is one memory for both.
        one = float(unified(designs.gpus[g]))
        found.weights[rows] = weights.device + one * weights.host
        found.compute[rows] = compute.largest + one * compute.host + drafting_compute(designs, f, run)
        if designs.engines[e].settings.ctx_size is not None or not designs.engines[e].slots_share:
            states = states_bytes(model, run) * (model.n_layers - run.layers_on_cpu) / model.n_layers / run.devices
            kept = cache_held(model, run)
            found.cache[rows] = max(kept.device, LEAST_SHARE * kept.host) + one * kept.host + states
    return found


def unified(gpu: Accelerator) -> bool:
    """Whether a GPU and its host have one memory: what the record calls so, and GPUs on LPDDR, which hosts use."""
    return "unified" in gpu.memory_type or gpu.memory_type.startswith("LPDDR")


def process_at(designs: Designs, row: int) -> Process:
    """The process of one design."""
    gpu, engine = designs.gpus[designs.gpu[row]], designs.engines[designs.engine[row]]
    devices = int(designs.pp[row])
    return run_of(
        designs.model, designs.kv_formats[designs.kv[row]], engine, devices=devices,
        memory_bytes=gpu.memory_bytes * devices,
    )  # fmt: skip


def device_share(designs: Designs) -> Array:
    """Share of the cache that lies on devices, by design: that of the layers which do."""
    shares = np.ones(len(designs.engines))
    for e, engine in enumerate(designs.engines):
        asked = engine.settings.n_gpu_layers
        if engine.ggml and asked is not None:
            shares[e] = 1.0 - placed(asked, designs.model.n_layers, build_at(engine))[0] / designs.model.n_layers
    return np.maximum(shares, LEAST_SHARE)[designs.engine]


def drafting_compute(designs: Designs, fmt: int, run: Process) -> float:
    """Compute buffer of the context in which the model's own layers draft: a graph of those layers alone."""
    if not run.drafts or not designs.model.mtp_layers:
        return 0.0
    return compute_buffers(_alone(designs.model), designs.formats[fmt], run).largest


def _alone(model: Model) -> Model:
    last = model.layers[-1].model_copy(update={"count": model.mtp_layers})
    return model.model_copy(update={"layers": (last,)})
