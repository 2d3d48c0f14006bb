"""Whether a decoded file has the shape of a workload: its tables are tables, whatever stands in them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from planner.request.metrics import METRICS, PERCENTILES
from tui.fields import FIELDS

TABLES = frozenset(path for field in FIELDS if (path := field.key.rpartition(".")[0]))
LIMITS = frozenset(f"{metric}_{percentile}_s" for metric in METRICS for percentile in PERCENTILES)


def is_workload(data: Any) -> bool:
    """Whether the form can show it; its values may be wrong, and are then said to be at their fields."""
    if not isinstance(data, Mapping) or not all(isinstance(data.get(name, {}), Mapping) for name in TABLES):
        return False
    return LIMITS.issuperset(data.get("sla", {}))


def listed(data: Any, *path: str) -> tuple[str, ...]:
    """The texts of a list in nested tables; none where there is no such list.

    >>> listed({"tco": {"apis": ["a/b", 3]}}, "tco", "apis"), listed({"tco": 5}, "tco", "apis")
    (('a/b',), ())
    """
    for part in path:
        data = data.get(part) if isinstance(data, Mapping) else None
    return tuple(each for each in data if isinstance(each, str)) if isinstance(data, list | tuple) else ()
