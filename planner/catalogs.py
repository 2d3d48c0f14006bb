"""The catalogs that every answer is made from, a user's own records included."""

from __future__ import annotations

from pathlib import Path

from hardware_db.catalog import HardwareCatalog
from models_db.catalog import ModelCatalog
from planner.frozen import dataclass


@dataclass(frozen=True)
class Catalogs:
    """Models, and accelerators with their offers."""

    models: ModelCatalog
    hardware: HardwareCatalog

    @classmethod
    def read(cls, overlay: Path | None = None) -> Catalogs:
        """The shipped records, with those of `overlay` added; files are read when they are first asked for."""
        return cls(ModelCatalog(overlay), HardwareCatalog(overlay))
