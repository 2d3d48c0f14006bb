"""The catalogs that every answer is made from, a user's own records included."""

from __future__ import annotations

from dataclasses import dataclass

from hardware_db.catalog import HardwareCatalog
from models_db.catalog import ModelCatalog


@dataclass(frozen=True)
class Catalogs:
    models: ModelCatalog
    hardware: HardwareCatalog
