"""Prices of an API that rise with the length of the prompt: from a number of input tokens on, the whole request costs
more."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np

from planner.errors import InputError
from planner.frozen import dataclass
from planner.request.lengths import Length
from planner.traffic.lengths import shape_of

FIELDS = ("input_mtok", "cache_read_mtok", "output_mtok")
MOST_TOKENS = 1e9


@dataclass(frozen=True, slots=True)
class Tier:
    """USD per million tokens of requests with more than `above` input tokens; `cached` is None where none is known."""

    above: float
    input: float
    cached: float | None
    output: float


def published(model: Any, stamp: datetime) -> tuple[Tier, ...]:
    """The tiers of a model of `genai-prices` above its first one, ascending."""
    prices = model.get_prices(stamp)
    values = [getattr(prices, name, None) for name in FIELDS]
    starts = sorted({tier.start for value in values for tier in getattr(value, "tiers", ())})
    found = []
    for start in starts:
        usd_in, cached, usd_out = (rate_above(value, start) for value in values)
        if usd_in is not None and usd_out is not None:
            found.append(Tier(float(start), usd_in, cached, usd_out))
    return tuple(found)


def rate_above(value: Any, start: int) -> float | None:
    """The rate of requests above `start` input tokens."""
    if hasattr(value, "tiers"):
        reached = [tier.price for tier in value.tiers if tier.start <= start]
        return float(reached[-1] if reached else value.base)
    return None if value is None else float(value)


def stated(path: Path, i: int, rows: object, most_usd: float) -> tuple[Tier, ...]:
    """The tiers of a price file, ascending; raises InputError."""
    where = f"{path}: price {i}: tiers"
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise InputError(f"{where}: expected tables with above, input, output and perhaps cached")
    found = [_stated(where, row, most_usd) for row in rows]
    return tuple(sorted(found, key=lambda tier: tier.above))


def _stated(where: str, row: dict[str, Any], most_usd: float) -> Tier:
    unknown = set(row) - {"above", "input", "cached", "output"}
    if unknown:
        raise InputError(f"{where}: {sorted(unknown)[0]}: unknown key (above, input, cached, output)")
    numbers: dict[str, float] = {}
    for key, most in (("above", MOST_TOKENS), ("input", most_usd), ("output", most_usd), ("cached", most_usd)):
        value = row.get(key)
        if value is None and key == "cached":
            continue
        if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= most:
            raise InputError(f"{where}: {key}: expected 0 to {most:g}, got {value!r:.40}")
        numbers[key] = float(value)
    return Tier(numbers["above"], numbers["input"], numbers.get("cached"), numbers["output"])


def shares(length: Length, tiers: Sequence[Tier]) -> list[tuple[float, float]]:
    """(share of the input tokens, share of the requests) in the first tier and in each above; each adds up to one.

    Outputs are taken as independent of the prompt's length, so their tokens follow the requests.
    """
    nodes = shape_of(length).nodes
    place = np.searchsorted([tier.above for tier in tiers], nodes, side="left")
    tokens = np.bincount(place, weights=nodes, minlength=len(tiers) + 1) / nodes.sum()
    requests = np.bincount(place, minlength=len(tiers) + 1) / len(nodes)
    return [(float(t), float(r)) for t, r in zip(tokens, requests, strict=True)]
