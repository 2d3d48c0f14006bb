"""A user's own records into the overlay of the catalogs: checked first, written whole or not at all."""

from __future__ import annotations

import tempfile
from pathlib import Path

from hardware_db.catalog import MAX_FILE_BYTES, HardwareCatalog
from models_db.export import save
from models_db.files import replacing
from models_db.importers.any import read_any
from planner.errors import InputError


def adopt(source: Path, overlay: Path) -> str:
    """Take a model (config.json, checkpoint folder, GGUF, safetensors) or accelerators (.toml); what was taken."""
    if source.suffix.lower() == ".toml":
        return _accelerators(source, overlay)
    found = read_any(source, model_id=None)
    if found.model is None:
        raise InputError(f"{source}: the file does not state a whole model")
    overlay.mkdir(parents=True, exist_ok=True)
    return f"{found.model.id} saved as {save(found.model, overlay)}"


def _accelerators(source: Path, overlay: Path) -> str:
    """A file of [[accelerator]] tables; read as the catalog will read it before it is there."""
    with tempfile.TemporaryDirectory() as trial:
        folder = Path(trial) / "accelerators"
        folder.mkdir()
        (folder / "own.toml").write_text(_text(source), encoding="utf-8")
        before = HardwareCatalog().accelerators
        after = HardwareCatalog(Path(trial)).accelerators
    names = [name for name, record in after.items() if before.get(name) != record]
    if not names:
        raise InputError(f"{source}: no [[accelerator]] table that is not known already")
    target = overlay / "accelerators" / source.name
    with replacing(target) as out:
        out.write(_text(source))
    return f"{', '.join(names)} saved as {target}"


def _text(source: Path) -> str:
    try:
        if source.stat().st_size > MAX_FILE_BYTES:
            raise InputError(f"{source}: larger than {MAX_FILE_BYTES} bytes")
        return source.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"{source}: cannot be read ({type(error).__name__})") from error
