"""The buffers that llama.cpp prints at start, by the names of `wording.toml`, in MiB."""

from __future__ import annotations

from models_db.cache import cache_layers
from models_db.schema import Model
from planner.physics.design import Designs
from planner.physics.ggml.columns import process_at
from planner.physics.ggml.held import cache_held, layer_kv_bytes, states_bytes, weights_held
from planner.physics.ggml.reserve import compute_buffers
from planner.physics.ggml.settings import Process
from planner.physics.ggml.windows import applies_windows
from planner.startup.figures import Values
from planner.startup.wording import device_of

MIB = 2.0**20
LOGIT_BYTES = 4.0


def buffers_of(designs: Designs) -> Values:
    """Buffers of the fullest device and of the host."""
    model, fmt, run = designs.model, designs.formats[0], process_at(designs, 0)
    weights, compute, cache = weights_held(model, fmt, run), compute_buffers(model, fmt, run), cache_held(model, run)
    device = device_of(designs.gpus[0])
    on_device = (model.n_layers - run.layers_on_cpu) / model.n_layers / run.devices
    windows = _window_bytes(model, run) * max(run.dealt(model.n_layers - run.layers_on_cpu)) / model.n_layers
    windows = 0.0 if run.kv_on_cpu or not run.device else windows
    states = states_bytes(model, run) * on_device
    sizes = {
        "host_weights_mib": weights.host, "weights_mib": weights.device, "kv_mib": cache.device - windows,
        "window_kv_mib": windows, "host_kv_mib": cache.host, "states_mib": states, "compute_mib": compute.largest,
        "host_compute_mib": compute.host, "output_mib": model.vocab * run.n_parallel * LOGIT_BYTES,
    }  # fmt: skip
    found: dict[str, float | str | None] = {name: size / MIB if size > 0.0 else None for name, size in sizes.items()}
    if model.task != "generate":
        found["output_mib"] = None
    return found | {"device": f"{device}0", "host": "CPU_Mapped", "pinned": f"{device}_Host"}


def _window_bytes(model: Model, run: Process) -> float:
    """KV of the layers that keep a window alone, which lies in a buffer of its own."""
    if not applies_windows(model) or not run.build.windows:
        return 0.0
    return sum(layer_kv_bytes(layer, run, windowed=True) for layer in cache_layers(model) if layer.window)
