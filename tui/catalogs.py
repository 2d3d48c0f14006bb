"""The catalogs for the form: names to search and choices to go through."""

from __future__ import annotations

from pathlib import Path
from typing import Any


def read(folder: Path | None) -> tuple[str, Any, list[str], dict[str, tuple[str, ...]]]:
    """("names", catalogs, model ids, choices by kind); the user's own records included."""
    from hardware_db.catalog import HardwareCatalog
    from models_db.catalog import ModelCatalog
    from models_db.formats import formats, kv_formats
    from planner.catalogs import Catalogs
    from planner.overlay import user_catalog
    from planner.physics.engines import engines
    from planner.request.presets import presets

    own = folder or user_catalog()
    extra = own if own.is_dir() else None
    catalogs = Catalogs(ModelCatalog(extra), HardwareCatalog(extra))
    rented = {offer.accelerator for offer in catalogs.hardware.offers}
    choices = {
        "gpus": tuple(g.name for g in catalogs.hardware.accelerators.values() if g.id in rented),
        "formats": tuple(formats()), "kv_formats": tuple(kv_formats()), "engines": tuple(engines()),
        "providers": tuple(sorted({offer.provider for offer in catalogs.hardware.offers})),
        "presets": tuple(presets()),
    }  # fmt: skip
    return "names", catalogs, sorted(catalogs.models.index), choices
