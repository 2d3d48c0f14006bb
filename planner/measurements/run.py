"""One measured run as a file states it, in the columns of the exchange format."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

# How sources define the time per token; it travels with each run.
REQUEST = "a request: (latency - TTFT) / (output tokens - 1)"
GAPS = "mean of the gaps between tokens"
DERIVED = "(mean latency - median TTFT) / (mean output tokens - 1)"
NONE = "not measured"
DAY = re.compile(r"(20\d\d)-?(0[1-9]|1[0-2])-?(0[1-9]|[12]\d|3[01])(?!\d)")


@dataclass(frozen=True)
class MeasuredRun:
    """A run, or one load of a sweep.

    format: of the file; place: in the file, empty where it holds one run; cells: columns of the points CSV, or of the
    CSV of llama.cpp speeds where `test` is among them; names: what else the file calls the model; tpot: how it defines
    the time per token; day: of the run, YYYY-MM-DD or empty; drafts: whether its fields say that it speculated;
    totals: what it counts besides, by name, to be checked against its figures; notes: what was read how.
    """

    format: str
    place: str
    cells: Mapping[str, str]
    names: tuple[str, ...] = ()
    tpot: str = REQUEST
    day: str = ""
    drafts: bool = False
    totals: Mapping[str, float] = field(default_factory=dict)
    notes: tuple[str, ...] = ()


def number(record: Mapping[str, Any], *keys: str) -> float | None:
    """The first of these keys that holds a finite number; None where none does."""
    for key in keys:
        value = record.get(key)
        if isinstance(value, int | float) and not isinstance(value, bool) and _finite(value):
            return float(value)
    return None


def _finite(value: float) -> bool:
    try:
        return math.isfinite(value)
    except OverflowError:
        return False


def word(record: Mapping[str, Any], *keys: str) -> str:
    """The first of these keys that holds a text, at most 200 letters; empty where none does."""
    found = next((v for v in (record.get(key) for key in keys) if isinstance(v, str) and v), "")
    return found[:200]


def cells(**values: float | str | None) -> dict[str, str]:
    """Columns from values; what is not stated has none."""
    return {key: v if isinstance(v, str) else f"{v:.10g}" for key, v in values.items() if v is not None and v != ""}


def totals(**values: float | None) -> dict[str, float]:
    return {key: value for key, value in values.items() if value is not None}


def day_of(text: str) -> str:
    """The first day that a text names, as YYYY-MM-DD."""
    found = DAY.search(text)
    return "-".join(found.groups()) if found else ""


def per(total: float | None, count: float | None) -> float | None:
    """A mean, None where nothing was counted."""
    return total / count if total is not None and count else None


def load_cells(rate: float | None, most: float | None, flight: float | None, requests: float | None) -> dict[str, str]:
    """How requests came: a closed loop of `most` clients where the rate is not limited, a burst where neither is; else
    an open loop at `rate` [1/s] with `flight` requests in flight on average."""
    if rate is not None:
        return cells(load="open_loop", rate_per_s=rate, concurrency=flight, prompts=requests)
    if most is not None:
        return cells(load="closed_loop", concurrency=most, prompts=requests)
    return cells(load="infinite_rate", prompts=requests)


def percentiles(record: Mapping[str, Any], name: str, end: str = "_ms", scale: float = 1.0) -> dict[str, str]:
    """The columns of one latency from keys like `mean_ttft_ms` and `p99_ttft_ms`; scale: to milliseconds."""
    keys = {"mean": ("mean",), "p50": ("median", "p50"), "p95": ("p95",), "p99": ("p99",)}
    found = {p: number(record, *(f"{key}_{name}{end}" for key in names)) for p, names in keys.items()}
    return cells(**{f"{name}_ms_{p}": scale * value for p, value in found.items() if value is not None})
