"""A model record as TOML, the form the catalogs and overlays hold."""

from __future__ import annotations

import os
import re
from hashlib import sha256
from pathlib import Path
from typing import Any
from urllib.parse import quote

import tomli_w

from models_db.schema import Model
from planner.errors import OutputError
from planner.writing import replacing

# Most systems take 255 bytes, of which the ending and the name of a part take some.
LONGEST_NAME = 180


def to_toml(model: Model) -> str:
    """The record as a `[[model]]` table; reading it back gives an equal record."""
    return tomli_w.dumps({"model": [_plain(model.model_dump(mode="json", exclude_none=True))]})


def _plain(table: dict[str, Any]) -> dict[str, Any]:
    """Scalars before tables, and without what is at its default and empty."""
    scalars = {k: v for k, v in table.items() if not isinstance(v, list | dict) or k in ("notes", "sources")}
    return scalars | {k: v for k, v in table.items() if k not in scalars}


def save(model: Model, folder: Path) -> Path:
    """Write the record into an overlay directory, replacing the file in one step.

    Raises OutputError where a file of that name holds another model: names that differ only in the size of their
    letters are one file on some systems.
    """
    target = folder / "models" / f"{file_name(model.id)}.toml"
    if os.path.isfile(target):
        from models_db.catalog import read_models

        held = [record.id for record in read_models(target)]
        if held != [model.id]:
            raise OutputError(f"{target}: is there already and holds {', '.join(held)}")
    with replacing(target) as out:
        out.write(to_toml(model))
    return target


def file_name(model_id: str) -> str:
    """A name of a file for a model id, another for each id; any system takes it, and it lies in its folder.

    >>> file_name("Qwen/Qwen3-8B"), file_name("a/b__c"), file_name("../x")
    ('Qwen__Qwen3-8B', 'a__b%5F%5Fc', '%2E.__x')
    """
    quoted = re.sub("_(?=[_/])|(?<=[_/])_", "%5F", quote(model_id, safe="/", errors="surrogatepass"))
    name = re.sub(r"^\.", "%2E", quoted).replace("/", "__")
    return name if len(name) <= LONGEST_NAME else f"{name[:100]}-{sha256(name.encode()).hexdigest()}"
