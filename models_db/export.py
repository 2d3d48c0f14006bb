"""A model record as TOML, the form the catalogs and overlays hold."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import tomli_w

from models_db.files import replacing
from models_db.schema import Model


def to_toml(model: Model) -> str:
    """The record as a `[[model]]` table; reading it back gives an equal record."""
    return tomli_w.dumps({"model": [_plain(model.model_dump(mode="json", exclude_none=True))]})


def _plain(table: dict[str, Any]) -> dict[str, Any]:
    """Scalars before tables, and without what is at its default and empty."""
    scalars = {k: v for k, v in table.items() if not isinstance(v, list | dict) or k in ("notes", "sources")}
    return scalars | {k: v for k, v in table.items() if k not in scalars}


def save(model: Model, folder: Path) -> Path:
    """Write the record into an overlay directory, replacing the file in one step."""
    target = folder / "models" / (model.id.replace("/", "__") + ".toml")
    with replacing(target) as out:
        out.write(to_toml(model))
    return target
