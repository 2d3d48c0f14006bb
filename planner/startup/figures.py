"""The figures of one design that an engine prints at start, by the names of `wording.toml`."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from models_db.cache import cache_layers
from planner.formulas.memory import GIB
from planner.frozen import dataclass
from planner.physics.coefficients import Coefficients
from planner.physics.compressed import is_compressed
from planner.physics.design import Designs
from planner.physics.footprint import Footprint, batched_tokens, footprint
from planner.physics.graphs import charged
from planner.physics.kv_cache import block_tokens, cache_bytes, keeps_cache
from planner.physics.logged import free_before, load_overhead, logged_pool, logged_tokens, request_bytes
from planner.physics.pages import is_mixed
from planner.physics.pools import (
    cell_bytes,
    has_state_pool,
    has_window_pool,
    state_layers_bytes,
    state_pool,
    window_ratio,
)
from planner.physics.states import largest_state

# Blocks in host memory that the first engine of vLLM swaps to: `--swap-space`, 4 GiB a GPU.
SWAP_GIB = 4.0
FAR = 1e6
Values = Mapping[str, float | str | None]


@dataclass(frozen=True)
class Start:
    """One design as it is started: most sequences at once, most tokens of a request; consumed: see `Era`."""

    designs: Designs
    coefficients: Coefficients
    sequences: float
    context: int
    consumed: bool = False

    @property
    def budget(self) -> float:
        """Tokens of a step."""
        return float(batched_tokens(self.designs)[0])

    def parts(self) -> Footprint:
        """The footprint, its pool as the log states it."""
        limits = np.array([self.sequences])
        return footprint(self.designs, self.coefficients, max_sequences=limits, logged=True)


def values_of(start: Start) -> Values:
    """The figures of an engine that divides a share of the memory of a GPU."""
    d, parts, memory = start.designs, start.parts(), start.coefficients.memory
    engine = d.engines[0]
    weights = _gib(parts.weights) + load_overhead(engine, d.gpus[0], memory)
    pool = logged_pool(d, parts, memory, free_stated=False)
    total, budget = _gib(parts.total), _gib(parts.budget)
    common = {
        "weights_gib": weights, "non_torch_gib": _gib(parts.non_torch), "total_gib": total, "budget_gib": budget,
        "fraction": budget / total, "kv_pool_gib": pool / GIB, "budget_tokens": start.budget,
        "sequences": start.sequences, "context": float(start.context), **_graphs(start, parts),
    }  # fmt: skip
    if not keeps_cache(d.model) and engine.memory_policy != "static_share":
        return {name: value for name, value in common.items() if name != "kv_pool_gib"}
    tokens = logged_tokens(d, max(0.0, pool), budget=start.budget, context=start.context)
    if engine.memory_policy == "static_share":
        return common | _static(start, parts, pool, weights, tokens)
    if engine.memory_policy == "share_of_free":
        return common | _of_free(start, pool, tokens, total, budget)
    return common | _of_total(start, pool, tokens)


def as_far_as_it_starts(values: Values, *, refuses: bool) -> Values:
    """The figures of the lines that come before the one that ends the start; refuses: the engine does not start
    without room for one request as long as its context."""

    def number(name: str) -> float:
        value = values.get(name)
        return value if isinstance(value, float) else 0.0

    if number("weights_gib") > number("total_gib"):
        return {"no_load": ""}
    if number("kv_pool_gib") <= 0.0 and "kv_tokens" in values:
        return _without(values) | {"no_room": ""}
    if refuses and number("request_gib") > number("kv_pool_gib"):
        return _without(values) | {"too_long": ""}
    return values


def _without(values: Values) -> dict[str, float | str | None]:
    """Without what is printed once there is a cache."""
    later = ("concurrency", "graphs_gib", "captured_gib", "blocks", "latent_gib", "k_gib", "window_k_gib",
             "pool_end_free_gib", "end_free_gib", "state_slots", "window_tokens")  # fmt: skip
    return {name: None if name in later else value for name, value in values.items()}


def _graphs(start: Start, parts: Footprint) -> dict[str, float | None]:
    """Graphs as captured and as estimated, and the peak of activations as that version states it."""
    d, graphs, peak = start.designs, _gib(parts.graphs), _gib(parts.activation)
    estimate = graphs * start.coefficients.memory.graph_estimate if bool(charged(d)[0]) else 0.0
    return {
        "graphs_gib": graphs if graphs > 0.0 else None,
        "captured_gib": graphs,
        "graphs_estimated_gib": estimate if estimate > 0.0 else None,
        "activation_gib": peak + (estimate if start.consumed else 0.0),
        "consumed_gib": _gib(parts.weights) + _gib(parts.non_torch) if start.consumed else None,
    }


def _of_total(start: Start, pool: float, tokens: float) -> dict[str, float | None]:
    """vLLM's blocks and the requests that they hold."""
    d, block = start.designs, float(block_tokens(start.designs)[0])
    one = request_bytes(d, budget=start.budget, context=start.context)
    mixed = d.engines[0].hybrid_cache and (is_mixed(d.model) or is_compressed(d.model))
    held = pool / one if mixed else tokens / start.context
    each = float(cache_bytes(d, np.array(FAR + block))[0] - cache_bytes(d, np.array(FAR))[0])
    return {
        "kv_tokens": max(0.0, tokens), "blocks": max(0.0, np.floor(tokens / block)),
        "cpu_blocks": np.floor(SWAP_GIB * GIB / each) if each > 0.0 else 0.0,
        "request_gib": one / GIB, "concurrency": max(0.0, held), "concurrency_tokens": float(start.context),
        "widened_tokens": block if largest_state(d.model) > 0.0 and d.engines[0].hybrid_cache else None,
    }  # fmt: skip


def _of_free(start: Start, pool: float, tokens: float, total: float, budget: float) -> dict[str, float | None]:
    """TensorRT-LLM's pool as a share of what is free beside all else."""
    d, free = start.designs, pool / GIB * total / budget
    each = float(cache_bytes(d, np.array(2 * FAR))[0] - cache_bytes(d, np.array(FAR))[0]) / FAR
    return {
        "kv_tokens": tokens, "block_tokens": float(block_tokens(d)[0]), "free_gib": free, "peak_gib": total - free,
        "token_bytes": each,
    }  # fmt: skip


def _static(start: Start, parts: Footprint, pool: float, weights: float, tokens: float) -> dict[str, float | None]:
    """SGLang's pools, and what is free between the steps of its start."""
    d = start.designs
    before = free_before(d, parts, free_stated=False) / GIB
    states, windows = _states(d, pool), _windows(d, tokens)
    cache = pool - sum(states.get(name) or 0.0 for name in ("conv_gib", "ssm_gib")) * GIB
    cache -= sum(windows.get(name) or 0.0 for name in ("window_k_gib", "window_v_gib")) * GIB
    after, graphs = before - weights - pool / GIB, _gib(parts.graphs)
    return {
        "kv_tokens": tokens, "free_before_gib": before, "load_end_free_gib": before - weights,
        "pool_end_free_gib": after, "end_free_gib": after - graphs, **states, **windows, **_keys(d, cache / GIB),
        "kv_pool_gib": pool / GIB - sum(states.get(name) or 0.0 for name in ("conv_gib", "ssm_gib")),
    }  # fmt: skip


def _states(d: Designs, pool: float) -> dict[str, float | None]:
    """The pool of recurrent states."""
    if not has_state_pool(d.model):
        return {}
    held, slot = float(state_pool(d, np.array([pool]))[0]), state_layers_bytes(d)
    conv, ssm = (float(part[0]) for part in slot)
    slots = held / max(conv + ssm, 1.0)
    return {
        "state_slots": round(slots) - 1.0, "conv_gib": slots * conv / GIB, "ssm_gib": slots * ssm / GIB,
        "state_pool_gib": held / GIB,
    }  # fmt: skip


def _windows(d: Designs, tokens: float) -> dict[str, float | None]:
    """The pool of layers with a window."""
    if not (has_window_pool(d.model) and d.engines[0].window_pool) or has_state_pool(d.model):
        return {}
    held = np.floor(tokens * float(window_ratio(d)[0]))
    size = held * float(cell_bytes(d, windowed=True)[0]) / GIB
    return {"window_tokens": held, "window_k_gib": size / 2.0, "window_v_gib": size / 2.0}


def _keys(d: Designs, size: float) -> dict[str, float | None]:
    """Keys and values apart; latents are one."""
    layers = [layer for layer in cache_layers(d.model) if layer.kind in ("gqa", "mla")]
    if any(layer.kind == "mla" for layer in layers):
        return {"latent_gib": size}
    k, v = (sum(layer.count * getattr(layer, name) for layer in layers) for name in ("k_elements", "v_elements"))
    share = k / (k + v) if k + v else 0.5
    return {"k_gib": size * share, "v_gib": size * (1.0 - share)}


def _gib(column: object) -> float:
    return float(np.ravel(np.asarray(column, dtype=float))[0]) / GIB
