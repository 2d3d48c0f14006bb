"""`gpuplan import`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from planner.cli.common import show
from planner.cli.options import PLACE, format_option


@click.command("import")
@click.argument("source", metavar="PATH_OR_ID")
@click.option("--id", "model_id", help="Id of the record (default: from the file's name).")
@click.option(
    "--save",
    "save_to",
    type=PLACE,
    default=None,
    is_flag=False,
    flag_value="-",
    help="Write the record into this overlay directory (without a value: the platform's).",
)
@click.option("--online", is_flag=True, help="Read a hub id over the network (needs the extra `hub`).")
@format_option
def import_command(source: str, model_id: str | None, save_to: Path | None, online: bool, fmt: str) -> int:
    """A model from config.json, a checkpoint folder, a safetensors header or index, or a GGUF header.

    No code of a model repository is ever run, and weights are never read.

    \b
    Examples:
      gpuplan import ./config.json --id me/mine --format json
      gpuplan import ~/models/Qwen3-8B-Q4_K_M.gguf
      gpuplan import ./checkpoint --save
    """
    from models_db.importers.any import read_any
    from planner.errors import InputError
    from planner.report.table import Table

    if online:
        from models_db.importers.hub import read_hub

        found = read_hub(source)
    else:
        found = read_any(Path(source), model_id=model_id)
    data = describe(found)
    if save_to is not None:
        if found.model is None:
            raise InputError("--save: the file does not state a whole model")
        data["saved"] = str(_saved(found.model, save_to))
    show(fmt, data, lambda: [Table(str(data["id"]), ("fact", "value"), [[k, _cell(v)] for k, v in data.items()])])
    return 0


def _saved(model: Any, folder: Path) -> Path:
    """The record written into an overlay directory, or that of the platform for `-`; made where it is not there."""
    from models_db.export import save
    from planner.errors import OutputError
    from planner.overlay import user_catalog

    try:
        return save(model, user_catalog() if str(folder) == "-" else folder)
    except OutputError as error:
        raise OutputError(f"--save: {error}") from error


def _cell(value: Any) -> Any:
    return value if isinstance(value, str | int | float) or value is None else str(value)


def _left_out(part: Any) -> str:
    return f"{part.name} left out of the count" + (f": {part.params:,} parameters" if part.params else "")


def describe(found: Any) -> dict[str, Any]:
    """The facts of an import that scripts read."""
    from models_db.cache import kv_elements_per_token, state_elements_per_sequence
    from models_db.matrices import active_params, total_params

    model = found.model
    shapes: dict[str, Any] = {"id": None, "architecture": None, "total_params": found.elements}
    shapes |= dict.fromkeys(("active_params", "kv_bytes_per_token", "state_bytes_per_sequence", "native_format"))
    notes = list(found.notes)
    if model is not None:
        notes += model.notes
        notes += [_left_out(part) for part in model.left_out]
        if model.mtp_layers and not model.left_out:
            notes.append(f"{model.mtp_layers} multi-token-prediction layers left out")
        shapes = {
            "id": model.id,
            "architecture": model.architecture,
            "total_params": total_params(model),
            "active_params": active_params(model),
            "kv_bytes_per_token": round(2 * kv_elements_per_token(model)),
            "state_bytes_per_sequence": 4 * state_elements_per_sequence(model),
            "native_format": model.native.format,
            "layers": model.n_layers,
            "hidden": model.hidden,
            "vocab": model.vocab,
            "max_context": model.max_context,
            "left_out": {part.name: part.params for part in model.left_out},
        }
    return shapes | {
        "checkpoint_elements": found.elements,
        "checkpoint_bytes": sum(found.bytes_by_type.values()) or None,
        "checkpoint_bytes_by_type": found.bytes_by_type or None,
        "notes": notes,
    }
