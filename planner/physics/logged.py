"""Pools and tokens of one design as engines print them at start."""

from __future__ import annotations

import numpy as np

from hardware_db.schema import Accelerator
from planner.formulas.memory import GIB
from planner.physics.coefficient_parts import MemoryFigures
from planner.physics.compressed import is_compressed
from planner.physics.design import Designs
from planner.physics.engines import Engine
from planner.physics.footprint import Footprint
from planner.physics.kv_cache import block_tokens, cache_bytes
from planner.physics.pages import is_mixed, paging
from planner.physics.pools import has_state_pool, has_window_pool, token_capacity

FAR = 1e6
NARROW_BITS, WHOLE_BITS = 4.0, 8.0


def load_overhead(engine: Engine, gpu: Accelerator | None, memory: MemoryFigures) -> float:
    """GiB that an engine which states its weights as free memory lost counts beyond them."""
    if not engine.load_overhead:
        return 0.0
    return memory.load_gib(unified=gpu is not None and "unified" in gpu.memory_type)


def logged_pool(designs: Designs, parts: Footprint, memory: MemoryFigures, *, free_stated: bool) -> float:
    """Bytes of the pool as the log states it: SGLang's from what was free before the load (`free_stated`: the total of
    the footprint is that), all others' as the footprint has it."""
    engine = designs.engines[0]
    if engine.memory_policy != "static_share":
        return float(parts.kv_pool[0, 0])
    if engine.settings.memory.kv_cache_memory_bytes:
        return float(parts.kv_pool[0, 0]) * printed_share(designs)
    total = free_before(designs, parts, free_stated=free_stated)
    share = float(np.ravel(parts.budget)[0]) / float(np.ravel(parts.total)[0])
    lost = load_overhead(engine, designs.gpus[0], memory) * GIB
    return (total * share - float(np.ravel(parts.weights)[0]) - lost) * printed_share(designs)


def printed_share(designs: Designs) -> float:
    """Share of a pool that SGLang prints: a cache of narrow floats without the scales beside it
    (mem_cache/memory_pool.py, `MHATokenToKVPoolFP4`: `get_kv_size_bytes` adds the buffers of K and V alone)."""
    bits = designs.kv_formats[0].bits
    static = designs.engines[0].memory_policy == "static_share"
    return NARROW_BITS / bits if static and NARROW_BITS < bits < WHOLE_BITS else 1.0


def free_before(designs: Designs, parts: Footprint, *, free_stated: bool) -> float:
    """Bytes that are free before SGLang loads the weights: stated as the total of the footprint, or in the settings."""
    total, outside = (float(np.ravel(part)[0]) for part in (parts.total, parts.non_torch))
    free_gib = designs.engines[0].settings.memory.free_gib
    left = total if free_stated else total - outside
    return left if free_gib is None else min(free_gib * GIB, left)


def logged_tokens(designs: Designs, pool: float, *, budget: float, context: int) -> float:
    """Tokens as "KV cache size" prints them for a pool of so many bytes: of equal layers the pool over the bytes of a
    token; of mixed layers the oldest and newest vLLM differ (blocks over groups, or concurrency times context).

    budget: tokens of a step; context: most tokens of a request.
    """
    engine, model = designs.engines[0], designs.model
    pool = pool / printed_share(designs)
    if engine.memory_policy == "static_share" and (
        has_state_pool(model) or (has_window_pool(model) and engine.window_pool)
    ):
        return float(token_capacity(designs, np.array([pool]))[0])
    paged = engine.memory_policy == "share_of_total" and engine.hybrid_cache
    if paged and is_compressed(model):
        return _by_concurrency(designs, pool, budget, context)
    if not (paged and is_mixed(model)):
        block = float(block_tokens(designs)[0])
        slope = cache_bytes(designs, np.array(FAR * 2)) - cache_bytes(designs, np.array(FAR))
        each = float(slope[0]) / FAR
        return float(np.floor(pool / each / block) * block) if each > 0 else 0.0
    if engine.tokens_by_concurrency:
        return _by_concurrency(designs, pool, budget, context)
    cut = paging(designs)
    least = min(float(held[0]) for _, kind, held in cut.groups if not kind.is_state)
    return float(np.floor(np.floor(pool / float(cut.block_bytes[0])) / cut.number) * least)


def request_bytes(designs: Designs, *, budget: float, context: int) -> float:
    """Bytes that one request of the whole context takes of the pool."""
    in_flight = np.array(budget * designs.engines[0].in_flight_batches)
    return float(cache_bytes(designs, np.array(float(context)), in_flight=in_flight)[0])


def _by_concurrency(designs: Designs, pool: float, budget: float, context: int) -> float:
    return float(np.floor(pool / request_bytes(designs, budget=budget, context=context) * context))
