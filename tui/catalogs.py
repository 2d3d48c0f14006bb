"""The planner, and what the form offers from its catalogs: names to search and choices to go through."""

from __future__ import annotations

from pathlib import Path
from typing import Any


def read(folder: Path | None) -> tuple[str, Any, list[str], dict[str, tuple[str, ...]]]:
    """("names", planner, model ids, choices by kind); the user's own records included."""
    from planner.overlay import user_catalog
    from planner.planner import Planner

    own = folder or user_catalog()
    planner = Planner(own if own.is_dir() else None)
    return "names", planner, sorted(planner.catalogs.models.index), planner.choices
