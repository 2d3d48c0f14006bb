"""From a TOML file or decoded tables to a request; errors are one line."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from planner.errors import InputError
from planner.request.presets import with_preset
from planner.request.request import Request
from planner.request.strict import explain, table

MAX_BYTES = 2**20
ONE_OF_SEVERAL = (
    "several workloads, where one is asked for: write the keys of one of them to a file of its own, without its "
    "[[workloads]] line and its name; [workloads.traffic] is [traffic] there"
)


def read_request(path: Path | str, overrides: Mapping[str, Any] | None = None) -> Request:
    """The workload in a TOML file; `overrides` (from flags) win. Raises InputError, one line."""
    return parse_request(merge(read_toml(path), table(overrides or {}, "overrides")), where=f"{path}: ")


def read_toml(path: Path | str) -> dict[str, Any]:
    """A user's TOML file, bounded in size. Raises InputError, one line."""
    from planner.files import bounded_text
    from planner.toml import toml_of

    path = path_of(path, "path")
    text = bounded_text(path, MAX_BYTES)
    try:
        return toml_of(text)
    except ValueError as error:
        raise InputError(f"{path}: not valid TOML ({error})") from error


def is_fleet(path: Path | str) -> bool:
    """Whether a workload file lists several workloads; False for what cannot be read, which its reader explains."""
    try:
        return "workloads" in read_toml(path)
    except InputError:
        return False


def path_of(path: object, name: str) -> Path:
    """A path, given as one or as a text; raises InputError."""
    if not isinstance(path, Path | str):
        raise InputError(f"{name}: expected a path, got {type(path).__name__} ({path!r:.60})")
    return Path(path)


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
    stated = {key: value for key, value in table(data, f"{where}request").items() if key != "tco"}
    if "workloads" in stated:
        raise InputError(f"{where}workloads: {ONE_OF_SEVERAL}")
    try:
        return Request.model_validate(with_preset(stated))
    except ValidationError as error:
        raise InputError(where + explain(error, Request)) from error
    except RecursionError:
        raise InputError(f"{where}request: nested too deep") from None


def folder_of(path: object, name: str) -> Path:
    """A path as `path_of` takes it, of a folder that is there; raises InputError."""
    found = path_of(path, name)
    if not os.path.isdir(found):
        raise InputError(f"{name}: {found} is not a directory")
    return found
