"""Add a user's own records to the overlay of the catalogs: they are checked first, and written whole or not at all."""

from __future__ import annotations

from pathlib import Path

from hardware_db.catalog import read_accelerators
from models_db.export import save
from models_db.files import replacing
from models_db.importers.any import read_any
from planner.errors import InputError


def user_catalog() -> Path:
    """The user's own directory of records, whether it is there or not."""
    from platformdirs import user_config_path

    return user_config_path("gpuplan") / "catalog"


def adopt(source: Path, overlay: Path) -> str:
    """Add a model (config.json, checkpoint folder, GGUF, safetensors) or accelerators (.toml); says what was added."""
    if source.suffix.lower() == ".toml":
        return _accelerators(source, overlay)
    found = read_any(source)
    if found.model is None:
        raise InputError(f"{source}: the file does not state a whole model")
    return f"{found.model.id} saved as {save(found.model, overlay)}"


def _accelerators(source: Path, overlay: Path) -> str:
    """A file of [[accelerator]] tables, under the same name; a file there that holds other records is not replaced."""
    names = {record.id for record in read_accelerators(source)}
    if not names:
        raise InputError(f"{source}: no [[accelerator]] tables")
    target = overlay / "accelerators" / source.name
    lost = {record.id for record in read_accelerators(target)} - names if target.exists() else set()
    if lost:
        raise InputError(f"{target}: is there already and holds {', '.join(sorted(lost))}; give the file another name")
    try:
        text = source.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"{source}: cannot be read ({type(error).__name__})") from error
    with replacing(target) as out:
        out.write(text)
    return f"{', '.join(sorted(names))} saved as {target}"
