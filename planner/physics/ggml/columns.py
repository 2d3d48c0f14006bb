"""What llama.cpp's processes hold, as columns of designs."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from hardware_db.schema import Accelerator
from models_db.formats import Format
from models_db.schema import Model
from planner.formulas.types import Array
from planner.frozen import dataclass
from planner.physics.design import Designs, Ints
from planner.physics.ggml.build import placed
from planner.physics.ggml.held import cache_held, states_bytes, weights_held
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
    """The processes of every design whose engine runs llama.cpp's code; each distinct one is computed once."""
    size = len(designs)
    nothing = np.full(size, np.nan)
    if not any(engine.ggml for engine in designs.engines):
        return Processes(nothing, nothing, nothing)
    sizes, memory = memories(designs)
    keys, inverse = replace(designs, gpu=memory).groups("gpu", "fmt", "kv", "engine", "pp")
    known: dict[tuple[int, Process, bool, bool], tuple[float, float, float]] = {}
    values = np.full((len(keys), 3), np.nan)
    for i, (m, f, k, e, pp) in enumerate(keys):
        if not designs.engines[e].ggml:
            continue
        one, memory_bytes = sizes[m]
        run = run_of(
            designs.model, designs.kv_formats[k], designs.engines[e], devices=pp, memory_bytes=memory_bytes * pp
        )
        whole = designs.engines[e].settings.ctx_size is not None or not designs.engines[e].slots_share
        key = (f, run, one, whole)
        if key not in known:
            known[key] = (
                *_held(designs, f, run, one=float(one)),
                cache_of(designs.model, run, float(one)) if whole else np.nan,
            )
        values[i] = known[key]
    return Processes(*values[inverse].T)


def memories(designs: Designs) -> tuple[list[tuple[bool, float]], Ints]:
    """What of a GPU decides a process: whether host and GPU have one memory, and where the context follows from it, how
    large it is; and for each design the index of its own."""
    sized = any(engine.context_by_memory for engine in designs.engines)
    found = [(unified(gpu), gpu.memory_bytes if sized else 0.0) for gpu in designs.gpus]
    distinct = list(dict.fromkeys(found))
    return distinct, np.array([distinct.index(kind) for kind in found], dtype=np.int64)[designs.gpu]


def _held(designs: Designs, fmt: int, run: Process, *, one: float) -> tuple[float, float]:
    """Weights and compute buffers of a process. What is in host memory is in the same chips where there is one memory
    for both."""
    from planner.physics.ggml.reserve import compute_buffers

    model, stored = designs.model, designs.formats[fmt]
    weights, compute = weights_held(model, stored, run), compute_buffers(model, stored, run)
    return (
        weights.device + one * weights.host,
        compute.largest + one * compute.host + drafting_compute(model, stored, run),
    )


def cache_of(model: Model, run: Process, one: float) -> float:
    """The cache of a process, its recurrent states included; one: 1 where what is on the host is in the same memory."""
    kept = cache_held(model, run)
    states = states_bytes(model, run) * (model.n_layers - run.layers_on_cpu) / model.n_layers / run.devices
    return max(kept.device, LEAST_SHARE * kept.host) + one * kept.host + states


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


def drafting_compute(model: Model, fmt: Format, run: Process) -> float:
    """Compute buffer of the context in which the model's own layers draft: a graph of those layers alone."""
    if not run.drafts or not model.mtp_layers:
        return 0.0
    from planner.physics.ggml.reserve import compute_buffers

    return compute_buffers(_alone(model), fmt, run).largest


def _alone(model: Model) -> Model:
    last = model.layers[-1].model_copy(update={"count": model.mtp_layers})
    return model.model_copy(update={"layers": (last,)})
