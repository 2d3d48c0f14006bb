"""Settings of memory in a launch line: pools, captures and adapters, and those of llama.cpp."""

from __future__ import annotations

import json
from typing import Any

from pydantic import ValidationError

from planner.errors import InputError
from planner.export.reading.flags import Said, count
from planner.request.ggml import CACHE_BITS, GgmlSettings
from planner.request.memory import MemorySettings, item_limits, layer_counts

MOST = 65_536
MOST_OFFLOADED, MOST_WEIGHTS_GIB = 1_000_000, 10_000
LIMITS = (
    ("capture_size", MOST), ("state_slots", 1_000_000), ("adapter_rank", 1024), ("kv_cache_memory_bytes", 10**14),
    ("block_size", 4096), ("context_ranks", 1024),
)  # fmt: skip
MOST_CELLS, MOST_SLOTS, MOST_LAYERS, MOST_BATCH = 100_000_000, 256, 10_000, 131_071
STATES = ("float32", "bfloat16", "float16")
ON_OFF = {"1": "on", "0": "off", "true": "on", "false": "off", "on": "on", "off": "off", "auto": "auto"}
# Adapters that run at once where a line turns them on and says no number: one.
ADAPTERS = 1
# The least ratio of `planner.request.memory`.
LEAST = 1e-3


def memory_of(said: Said, notes: list[str]) -> MemorySettings:
    """What is set beside the share of memory; what cannot be read is the default, and said."""
    values: dict[str, Any] = {name: _read(said, name, most, notes) for name, most in LIMITS}
    values |= {
        name: _figure(said, name, most, notes) for name, most in (("state_ratio", 1000.0), ("window_ratio", 1.0))
    }
    state = str(said.values.get("state_type", ""))
    values["state_type"] = state if state in STATES else None
    caching = said.values.get("prefix_caching")
    values["prefix_caching"] = False if said.values.get("no_prefix_caching") else caching
    values |= {name: True for name in ("text_only", "skip_mm_profiling") if said.values.get(name)}
    values |= _items(said, notes)
    values["kv_offloading_gib"] = _offloaded(said, notes)
    values["cpu_offload_gib"] = _weights_offloaded(said, notes)
    values["stage_layers"] = _stages(said, notes)
    if said.values.get("lora"):
        values["adapters"] = _read(said, "adapters", 1024, notes) or ADAPTERS
    return MemorySettings(**{name: value for name, value in values.items() if value is not None})


def _items(said: Said, notes: list[str]) -> dict[str, int]:
    """Items of a prompt, where a line limits them in a way that can be read."""
    value = said.values.get("mm_limits")
    if value is None:
        return {}
    try:
        found = item_limits(json.dumps(value) if isinstance(value, dict) else str(value))
        MemorySettings.model_validate(found)
    except (InputError, ValidationError):
        notes.append(f"limit-mm-per-prompt is {str(value)[:40]} in the line: taken as the default")
        return {}
    return found


def _offloaded(said: Said, notes: list[str]) -> float | None:
    """Host memory for blocks of the cache; that nothing on a GPU changes is said."""
    if "kv_offloading" not in said.values:
        return None
    notes.append("kv-offloading-size: blocks that leave the cache are kept in host memory; nothing on the GPUs changes")
    try:
        value = float(said.values["kv_offloading"])
    except (TypeError, ValueError):
        return None
    return value if 0 <= value <= MOST_OFFLOADED else None


def _weights_offloaded(said: Said, notes: list[str]) -> float | None:
    """GiB of weights that each GPU keeps in host memory; None where none are."""
    value = said.values.get("cpu_offload")
    try:
        found = float(value) if value is not None else 0.0
    except (TypeError, ValueError):
        found = -1.0
    if 0.0 <= found <= MOST_WEIGHTS_GIB:
        return found or None
    notes.append(f"cpu-offload-gb is {str(value)[:40]} in the line: taken as 0")
    return None


def _stages(said: Said, notes: list[str]) -> tuple[int, ...] | None:
    """Layers of each pipeline stage, where an environment sets them."""
    value = said.values.get("stage_layers")
    if value is None:
        return None
    try:
        return layer_counts(str(value))
    except InputError:
        notes.append(f"the layers of stages are {str(value)[:40]} in the line: taken as dealt evenly")
        return None


def of_ggml(said: Said, notes: list[str]) -> dict[str, Any]:
    """Settings under llama.cpp's own names; a context of 0 is the model's, which is left to the default."""
    limits = {
        "parallel": MOST_SLOTS, "batch_size": MOST_BATCH, "ubatch_size": MOST_BATCH, "n_cpu_moe": MOST_LAYERS,
    }  # fmt: skip
    found: dict[str, Any] = {name: _read(said, name, most, notes) for name, most in limits.items()}
    if str(said.values.get("ctx", "0")) != "0":
        found["ctx_size"] = count(said.values["ctx"], MOST_CELLS)
    layers = str(said.values.get("n_gpu_layers", ""))
    if layers.isascii() and layers.isdigit():
        found["n_gpu_layers"] = min(int(layers[:6]), MOST_LAYERS)
    flash = ON_OFF.get(str(said.values.get("flash_attn", "")).lower())
    found |= {"flash_attn": flash, "kv_unified": said.values.get("unified")}
    found |= {name: said.values.get(name) for name in ("swa_full", "no_kv_offload")}
    for name, key in (("cache_type_k", "kv"), ("cache_type_v", "kv_v")):
        kind = str(said.values.get(key, ""))
        found[name] = kind if kind in CACHE_BITS else None
    return {name: value for name, value in found.items() if value is not None and name in GgmlSettings.model_fields}


def _read(said: Said, name: str, most: int, notes: list[str]) -> int | None:
    """A whole number; None where none is said, or it cannot be read, which is said."""
    value = said.values.get(name)
    if value is None or str(value) in ("0", "-1"):
        return None
    found = count(value, most)
    if found is None:
        notes.append(f"{name} is {str(value)[:40]} in the line: taken as the default")
    return found


def _figure(said: Said, name: str, most: float, notes: list[str]) -> float | None:
    """A number of a request's limits, as `_read`."""
    if name not in said.values:
        return None
    try:
        value = float(said.values[name])
    except (TypeError, ValueError):
        value = 0.0
    if LEAST <= value <= most:
        return value
    notes.append(f"{name} is {str(said.values[name])[:40]} in the line: taken as the default")
    return None
