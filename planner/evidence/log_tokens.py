"""Tokens and pools as engines print them at start, and as a row of a log states them."""

from __future__ import annotations

import re
from collections.abc import Mapping

import numpy as np

from planner.evidence.log_case import LogCase
from planner.evidence.table import number
from planner.physics.compressed import is_compressed
from planner.physics.kv_cache import block_tokens, cache_bytes
from planner.physics.pages import is_mixed, paging
from planner.physics.pools import has_state_pool, has_window_pool, token_capacity

LOG_BLOCK = 16.0
POOLS = re.compile(r"KV pools \d+ tok ([\d.]+) GB, \d+ tok ([\d.]+) GB")
TOTAL_TOKENS = re.compile(r"max_total_num_tokens (\d+)")
FAR = 1e6


def log_tokens(case: LogCase, pool: float) -> float:
    """Tokens as "KV cache size" prints them: of equal layers the pool over the bytes of a token; of mixed
    layers the oldest and newest vLLM differ (blocks over groups, or concurrency times context).
    """
    designs, engine, model = case.designs, case.engine, case.designs.model
    if engine.memory_policy == "static_share" and (
        has_state_pool(model) or (has_window_pool(model) and engine.window_pool)
    ):
        return float(token_capacity(designs, np.array([pool]))[0])
    paged = engine.memory_policy == "share_of_total" and engine.hybrid_cache
    if paged and is_compressed(model):
        return _by_concurrency(case, pool)
    if not (paged and is_mixed(model)):
        block = float(block_tokens(designs)[0])
        slope = cache_bytes(designs, np.array(FAR * 2)) - cache_bytes(designs, np.array(FAR))
        each = float(slope[0]) / FAR
        return float(np.floor(pool / each / block) * block) if each > 0 else 0.0
    if engine.tokens_by_concurrency:
        return _by_concurrency(case, pool)
    cut = paging(designs)
    least = min(float(held[0]) for _, kind, held in cut.groups if not kind.is_state)
    return float(np.floor(np.floor(pool / float(cut.block_bytes[0])) / cut.number) * least)


def _by_concurrency(case: LogCase, pool: float) -> float:
    in_flight = np.array(case.tokens * case.engine.in_flight_batches)
    one = float(cache_bytes(case.designs, np.array(float(case.context)), in_flight=in_flight)[0])
    return float(np.floor(pool / one * case.context))


def logged_tokens(row: Mapping[str, str]) -> float | None:
    """Tokens of the pool: as logged, of two pools those of the whole context, else blocks times their size."""
    whole = TOTAL_TOKENS.search(row.get("comment") or "")
    if whole and number(row.get("swa_tokens")):
        return float(whole.group(1))
    blocks = number(row.get("gpu_blocks"))
    size = number(row.get("block_size")) or LOG_BLOCK
    return number(row.get("kv_cache_tokens")) or (blocks * size if blocks else None)


def logged_pool_gib(row: Mapping[str, str]) -> float | None:
    """The pool as logged, the two of SGLang's windows together, with the states where they are stated beside it."""
    both = POOLS.search(row.get("comment") or "")
    pool = float(both.group(1)) + float(both.group(2)) if both else number(row.get("kv_cache_gib"))
    states = number(row.get("state_pool_gib"))
    return pool + states if pool is not None and states else pool


def captured_gib(row: Mapping[str, str]) -> float | None:
    """What graphs took; a figure below zero is what the allocator gave back meanwhile, and says nothing."""
    graphs = number(row.get("cuda_graph_gib"))
    return graphs if graphs and graphs > 0 else None
