"""A model from whatever lies at a path: a config, a checkpoint folder, safetensors or GGUF."""

from __future__ import annotations

import os
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from models_db.importers.config_json import read_config
from models_db.importers.gguf_model import model_from_gguf
from models_db.importers.safetensors import Checkpoint, read_safetensors
from models_db.matrices import total_params
from models_db.schema import Model
from planner.errors import ModelError
from planner.files import opened


@dataclass(frozen=True)
class Imported:
    """What was found: the model if its shapes are stated, and exact bytes if a header is there."""

    model: Model | None
    bytes_by_type: dict[str, int]
    elements: int | None
    notes: tuple[str, ...] = ()


def today() -> str:
    return datetime.now(UTC).date().isoformat()


def read_any(path: Path, *, model_id: str | None = None, checked: str | None = None) -> Imported:
    """Import `path`; raises ModelError when it cannot be read or says too little."""
    date = checked or today()
    if os.path.isdir(path):
        return _folder(path, model_id, date)
    opened(path, ModelError).close()
    if path.suffix == ".gguf":
        return _gguf(path, model_id, date)
    if path.suffix == ".safetensors" or path.name.endswith(".index.json"):
        config = path.parent / "config.json"
        if os.path.isfile(config):
            return _with_config(config, read_safetensors(path), model_id, date)
        found = read_safetensors(path)
        note = "a safetensors header has no shapes of attention: config.json beside it gives the model"
        return Imported(None, found.bytes_by_type, found.total_elements or None, (note,))
    return Imported(read_config(path, model_id=model_id, checked=date), {}, None)


def _folder(path: Path, model_id: str | None, date: str) -> Imported:
    config = path / "config.json"
    if not os.path.isfile(config):
        raise ModelError(f"{path}: config.json: missing file")
    index = path / "model.safetensors.index.json"
    single = path / "model.safetensors"
    name = model_id or path.name
    for candidate in (index, single):
        if os.path.isfile(candidate):
            return _with_config(config, read_safetensors(candidate), name, date)
    return Imported(read_config(config, model_id=name, checked=date), {}, None)


def _with_config(config: Path, found: Checkpoint, model_id: str | None, date: str) -> Imported:
    model = read_config(config, model_id=model_id or config.parent.name, checked=date)
    elements = found.total_elements or None
    notes = []
    if elements and elements != total_params(model):
        notes.append(f"the checkpoint stores {elements - total_params(model):+,} elements against the shapes")
    return Imported(model, found.bytes_by_type, elements, tuple(notes))


def _gguf(path: Path, model_id: str | None, date: str) -> Imported:
    model, header = model_from_gguf(path, model_id=model_id, checked=date)
    sizes: dict[str, int] = {}
    for tensor in header.tensors:
        sizes[tensor.type] = sizes.get(tensor.type, 0) + tensor.nbytes
    gap = header.elements - total_params(model)
    notes = (f"the file stores {gap:+,} elements against the shapes",) if gap else ()
    return Imported(model, sizes, header.elements, notes)
