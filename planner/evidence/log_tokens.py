"""Tokens and pools of a start-up log: as predicted of a case, and as a row states them."""

from __future__ import annotations

import re
from collections.abc import Mapping

from planner.evidence.log_case import LogCase
from planner.evidence.table import number
from planner.physics.logged import logged_tokens as logged_by_engine

LOG_BLOCK = 16.0
POOLS = re.compile(r"KV pools \d+ tok ([\d.]+) GB, \d+ tok ([\d.]+) GB")
TOTAL_TOKENS = re.compile(r"max_total_num_tokens (\d+)")


def log_tokens(case: LogCase, pool: float) -> float:
    """Tokens as the log of a case prints them for a pool of so many bytes."""
    return logged_by_engine(case.designs, pool, budget=case.tokens, context=case.context)


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
