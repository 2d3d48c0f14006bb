"""How a row of a start-up log says that its engine was set: columns first, then the arguments, then the remark."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from models_db.schema import Model
from planner.errors import InputError
from planner.evidence.table import cell, number
from planner.physics.drafting import Drafting
from planner.physics.engines import Engine
from planner.request.engine import EngineSettings
from planner.request.memory import MemorySettings
from planner.request.speculation import Method
from planner.request.strict import explain

M = TypeVar("M", bound=BaseModel)
BATCHED = re.compile(r"max[-_]num[-_]batched[-_]tokens[ =]+(\d+)")
CHUNK = re.compile(r"chunked_prefill_size[ =]+(\d+)")
CAPPED = re.compile(r"capped\D{0,12}(\d+)")
COUNT = re.compile(r"\bn (\d+)")
RANK = re.compile(r"\brank (\d+)")
# How logs name the methods of drafting; those of no entry have shares of memory that nobody stated.
METHODS: Mapping[str, Method] = {"eagle": "eagle", "eagle3": "eagle", "mtp": "mtp"}
STATE_TYPES = ("float32", "bfloat16", "float16")


def arguments(row: Mapping[str, str]) -> dict[str, str]:
    """The engine's arguments as the log prints them."""
    pairs = (part.strip().partition("=") for part in (row.get("engine_args") or "").split(";"))
    return {name.strip().lstrip("-").replace("-", "_"): value.strip() for name, _, value in pairs if value}


def with_settings(engine: Engine, row: Mapping[str, str], model: Model) -> Engine:
    """The engine as a row says that it was set; raises InputError where that is out of bounds."""
    said = arguments(row)
    ratio, slots = number(said.get("mamba_full_memory_ratio")), number(said.get("max_mamba_cache_size"))
    captured, adapters = number(row.get("capture_sizes_max")), (row.get("lora") or "").strip()
    state = said.get("mamba_ssm_cache_dtype") or said.get("mamba_ssm_dtype")
    memory: dict[str, Any] = {
        "prefix_caching": _is_true(row.get("prefix_caching")) or None,
        "capture_size": int(captured) if captured else None,
        "state_type": state if state in STATE_TYPES else None,
        "state_ratio": ratio,
        "state_slots": int(slots) if slots else None,
        "window_ratio": number(said.get("swa_full_tokens_ratio")),
        "text_only": (row.get("vision") or "").strip().startswith("no"),
        "skip_mm_profiling": _is_true(said.get("skip_mm_profiling")),
        "adapters": _first(COUNT, adapters) or (1 if adapters.startswith("yes") else 0),
        "adapter_rank": _first(RANK, adapters) or 16,
    }
    eager = _is_true(row.get("enforce_eager")) or captured == 0
    length = cell(row, "max_model_len")
    longest = None if length is None else int(length)
    settings = _checked(EngineSettings, eager=eager, max_model_len=longest, memory=_checked(MemorySettings, **memory))
    return replace(engine, settings=settings, drafting=drafting_of(row, model))


def _checked(kind: type[M], **values: Any) -> M:
    """A record of a row's values; raises InputError where they are out of its bounds."""
    try:
        return kind(**values)
    except ValidationError as error:
        raise InputError(explain(error, kind)) from error


def drafting_of(row: Mapping[str, str], model: Model) -> Drafting | None:
    """Who drafts, where the row names a method that is known."""
    method = METHODS.get((row.get("draft_method") or "").strip().lower())
    drafts = number(row.get("draft_tokens"))
    if method is None or not drafts or (method == "mtp" and not model.mtp_layers):
        return None
    return Drafting(method, int(drafts))


def batched_tokens(row: Mapping[str, str], comment: str) -> float | None:
    """Token budget of a step, where it is stated."""
    stated = cell(row, "max_num_batched_tokens")
    if stated:
        return stated
    found = BATCHED.search(comment) or CHUNK.search(comment)
    return float(found.group(1)) if found else None


def stated_sequences(row: Mapping[str, str], engine: Engine) -> float | None:
    """Sequences at once: as stated, or as they follow from the largest graph of vLLM, which is twice as large unless
    that is more than it captures."""
    stated = cell(row, "max_num_seqs") or number(arguments(row).get("max_num_seqs"))
    captured = cell(row, "capture_sizes_max")
    if stated or not captured or engine.captures not in ("pieces", "both") or captured >= engine.capture_limit:
        return stated
    return max(1.0, captured // (2.0 * (1.0 + engine.draft_tokens)))


def most_tokens(row: Mapping[str, str], comment: str) -> float | None:
    """The largest pool in tokens that a flag allows."""
    stated = number(arguments(row).get("max_total_tokens"))
    found = CAPPED.search(comment)
    return stated or (float(found.group(1)) if found else None)


def _first(pattern: re.Pattern[str], text: str) -> int | None:
    found = pattern.search(text)
    return int(found.group(1)) if found else None


def _is_true(text: str | None) -> bool:
    return (text or "").strip().lower() == "true"
