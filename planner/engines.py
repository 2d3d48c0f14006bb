"""Serving engines as data: memory policy, scheduler defaults, communication stack."""

from __future__ import annotations

import tomllib
from difflib import get_close_matches
from functools import cache
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field

from hardware_db.schema import Date, Record
from planner.errors import InputError

DATA = Path(__file__).parent / "data" / "engines.toml"


class Engine(Record):
    """How one engine budgets memory and schedules by default."""

    id: str
    name: str
    memory_policy: Literal["share_of_total", "static_share", "share_of_free", "whole_at_start"]
    memory_fraction: Annotated[float, Field(gt=0, le=1)]
    block_tokens: Annotated[int, Field(ge=1, le=4096)]
    max_batched_tokens: Annotated[int, Field(ge=1, le=2**20)]
    max_sequences: Annotated[int, Field(ge=1, le=2**16)]
    graphs_in_budget: bool
    hybrid_cache: bool
    stack: str
    sources: Annotated[tuple[str, ...], Field(strict=False)]
    checked: Date


@cache
def engines() -> dict[str, Engine]:
    tables = tomllib.loads(DATA.read_text(encoding="utf-8"))["engine"]
    return {engine.id: engine for engine in map(Engine.model_validate, tables)}


def find_engine(name: str) -> Engine:
    key = name.strip().lower().replace("_", "-").replace("trtllm", "tensorrt-llm").replace("trt-llm", "tensorrt-llm")
    key = {"tensorrt": "tensorrt-llm", "llamacpp": "llama.cpp", "llama-cpp": "llama.cpp"}.get(key, key)
    if key in engines():
        return engines()[key]
    close = ", ".join(get_close_matches(key, list(engines()), n=3, cutoff=0.0))
    raise InputError(f"engine: {name[:40]!r} is not known (nearest: {close})")
