"""The nearest request that can be met, from an infeasible answer, as texts of the form."""

from __future__ import annotations

import re
from collections.abc import Mapping
from math import ceil
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from planner.answers import Infeasible

LIMIT = re.compile(r"\b(ttft|tpot|e2e)_(\w+?)_s = ([0-9.e+-]+)")


def nearest_texts(answer: Infeasible, texts: Mapping[str, str]) -> dict[str, str] | None:
    """The texts with the limits that the answer names, or with those of its nearest cluster; None where it has none.

    A limit of another percentile than the form's is none of the form's.
    """
    found = {
        f"sla.{metric}": value
        for metric, percentile, value in LIMIT.findall(answer.nearest_change)
        if percentile == texts["percentile"]
    }
    found |= _limits(answer, texts)
    return {**texts, **found} if found else None


def _limits(answer: Infeasible, texts: Mapping[str, str]) -> dict[str, str]:
    """Limits that the nearest cluster is beyond, as it needs them; dollars are rounded up to whole cents."""
    if answer.nearest is None:
        return {}
    needed = {
        "limits.max_gpus": float(answer.nearest.gpus),
        "limits.max_usd_per_hour": ceil(100.0 * answer.nearest.cost.usd_per_hour - 1e-6) / 100.0,
    }
    return {
        key: f"{value:.12g}" for key, value in needed.items() if texts[key].strip() and float(texts[key]) < value
    }  # fmt: skip
