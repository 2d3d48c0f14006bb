"""From a TOML file or decoded tables to a request; errors are one line."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ValidationError

from models_db.files import bounded_text
from planner.errors import InputError, closest
from planner.request.presets import with_preset
from planner.request.request import Request
from planner.toml import toml_of

MAX_BYTES = 2**20


def read_request(path: Path, overrides: Mapping[str, Any] | None = None) -> Request:
    """The workload in a TOML file; `overrides` (from flags) win. Raises InputError, one line."""
    return parse_request(merge(read_toml(path), overrides or {}), where=f"{path}: ")


def read_toml(path: Path) -> dict[str, Any]:
    """A user's TOML file, bounded in size. Raises InputError, one line."""
    try:
        text = bounded_text(path, MAX_BYTES)
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"{path}: cannot be read ({type(error).__name__})") from error
    if text is None:
        raise InputError(f"{path}: not a file, or larger than {MAX_BYTES} bytes")
    try:
        return toml_of(text)
    except ValueError as error:
        raise InputError(f"{path}: not valid TOML ({error})") from error


def merge(base: Mapping[str, Any], over: Mapping[str, Any]) -> dict[str, Any]:
    out = dict(base)
    for key, value in over.items():
        nested = isinstance(value, Mapping) and isinstance(out.get(key), Mapping)
        out[key] = merge(out[key], value) if nested else value
    return out


def parse_request(data: Mapping[str, Any], *, where: str = "") -> Request:
    """Validate a decoded request; the message names the field and the nearest valid key.

    A `tco` table is left out: it states prices and terms beside the request, which `parse_tco` reads.
    """
    try:
        return Request.model_validate(with_preset({key: value for key, value in data.items() if key != "tco"}))
    except ValidationError as error:
        raise InputError(where + explain(error, Request)) from error


def explain(error: ValidationError, model: type[BaseModel]) -> str:
    """One line for the first problem of a validation error; a misspelt key explains a missing one."""
    detail = min(error.errors(), key=lambda d: d["type"] != "extra_forbidden")
    parts = [str(part) for part in detail["loc"]]
    name = ".".join(parts)
    if detail["type"] == "extra_forbidden":
        return f"{name}: unknown key (nearest: {', '.join(closest(parts[-1], _keys(model, parts[:-1])))})"
    message = detail["msg"].removeprefix("Value error, ")
    if detail["type"] in ("missing", "value_error") or "input" not in detail:
        return f"{name}: {message}" if name else message
    shown = repr(detail["input"])
    return f"{name}: {message}, got {shown if len(shown) <= 60 else shown[:57] + '...'}"


def _keys(model: type[BaseModel], path: list[str]) -> list[str]:
    for part in path:
        annotation = model.model_fields[part].annotation if part in model.model_fields else None
        options = [annotation, *getattr(annotation, "__args__", ())]
        inner = next((o for o in options if isinstance(o, type) and issubclass(o, BaseModel)), None)
        if inner is None:
            return list(model.model_fields)
        model = inner
    return list(model.model_fields)
