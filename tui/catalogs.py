"""The planner, and what the form offers from its catalogs: names to search and choices to go through."""

from __future__ import annotations

from pathlib import Path
from typing import Any


def read(folder: Path | None) -> tuple[str, Any, list[str], dict[str, tuple[str, ...]], dict[str, str]]:
    """("names", planner, names of models, choices by kind, the choice that each other name alone means); the
    user's own records included."""
    from planner.overlay import user_catalog
    from planner.planner import Planner

    own = folder or user_catalog()
    planner = Planner(own if own.is_dir() else None)
    hardware, choices = planner.catalogs.hardware, planner.choices
    offered = {hardware.id_of(name): name for name in choices["gpus"]}
    usual = {name: offered[gpu] for name, gpu in hardware.usual.items() if gpu in offered}
    models = planner.catalogs.models
    return "names", planner, models.names, choices, {**models.families, **usual}
