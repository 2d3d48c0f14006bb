"""Exact bytes of a checkpoint from safetensors headers; weights are never read.

A file starts with the length of its header (8 bytes, little endian) and the header itself, JSON. Lengths
are checked against the file before anything is allocated. Source: the format description of safetensors.
"""

from __future__ import annotations

import os
import struct
from collections.abc import Mapping
from dataclasses import dataclass, field
from math import prod
from pathlib import Path
from typing import Any, BinaryIO, TypeGuard

from planner.errors import ModelError, unreadable
from planner.files import bounded_text, opened
from planner.toml import json_of

MAX_HEADER = 16 * 2**20
MAX_TENSORS = 1_000_000
MAX_SHARDS = 4096
BITS = {
    "F64": 64, "F32": 32, "F16": 16, "BF16": 16, "F8_E4M3": 8, "F8_E5M2": 8, "F8_E8M0": 8, "I64": 64, "I32": 32,
    "I16": 16, "I8": 8, "U64": 64, "U32": 32, "U16": 16, "U8": 8, "BOOL": 8, "F4": 4,
}  # fmt: skip


@dataclass(frozen=True)
class Checkpoint:
    """What the headers of a checkpoint say: bytes and elements by stored type."""

    bytes_by_type: dict[str, int] = field(default_factory=dict)
    elements_by_type: dict[str, int] = field(default_factory=dict)
    tensors: int = 0

    @property
    def total_bytes(self) -> int:
        return sum(self.bytes_by_type.values())

    @property
    def total_elements(self) -> int:
        return sum(self.elements_by_type.values())


def read_safetensors(path: Path) -> Checkpoint:
    """Read the header of one file, or of every shard that an index names and that lies beside it."""
    if path.name.endswith(".index.json"):
        return _read_index(path)
    return _summed([_header(path)])


def _read_index(path: Path) -> Checkpoint:
    data = _json(path)
    names, shards = _shards(path, data), data["weight_map"]
    files = [path.parent / Path(name).name for name in names]
    if all(map(os.path.isfile, files)):
        return _summed([_header(file) for file in files])
    total = data["metadata"].get("total_size") if isinstance(data.get("metadata"), Mapping) else None
    if isinstance(total, bool) or not isinstance(total, int | float) or not 0 < total < 2**50:
        raise ModelError(f"{path}: metadata.total_size: missing key, and the shards are not beside the index")
    return Checkpoint({"stated": int(total)}, {}, len(shards))


def shards_of(path: Path) -> list[str]:
    """The names of the shards that an index names, without folders."""
    return [Path(name).name for name in _shards(path, _json(path))]


def _shards(path: Path, data: dict[str, Any]) -> list[str]:
    shards = data.get("weight_map")
    if not isinstance(shards, Mapping) or not all(isinstance(name, str) for name in shards.values()):
        raise ModelError(f"{path}: weight_map: missing key")
    names = sorted(set(shards.values()))
    if len(names) > MAX_SHARDS or len(shards) > MAX_TENSORS:
        raise ModelError(f"{path}: weight_map: more than {MAX_SHARDS:,} shards or {MAX_TENSORS:,} tensors")
    return names


def _json(path: Path) -> dict[str, Any]:
    text = bounded_text(path, MAX_HEADER, ModelError)
    try:
        data = json_of(text)
    except ValueError as error:
        raise ModelError(f"{path}: not valid JSON ({error})") from error
    if not isinstance(data, dict):
        raise ModelError(f"{path}: the top level is not an object")
    return data


def _header(path: Path) -> dict[str, Any]:
    try:
        with opened(path, ModelError) as handle:
            return _decode(path, handle, os.fstat(handle.fileno()).st_size)
    except OSError as error:
        raise ModelError(unreadable(path, error)) from error


def _decode(path: Path, handle: BinaryIO, size: int) -> dict[str, Any]:
    start = handle.read(8)
    if len(start) < 8:
        raise ModelError(f"{path}: shorter than a safetensors header")
    (length,) = struct.unpack("<Q", start)
    if not 2 <= length <= min(MAX_HEADER, size - 8):
        raise ModelError(f"{path}: header length {length} does not fit the file")
    try:
        header = json_of(handle.read(length).decode("utf-8"))
    except ValueError as error:
        raise ModelError(f"{path}: header is not valid JSON ({str(error)[:200]})") from error
    if not isinstance(header, dict) or len(header) > MAX_TENSORS:
        raise ModelError(f"{path}: header is not an object of tensors")
    header.pop("__metadata__", None)
    return {"path": path, "tensors": header}


def _summed(headers: list[dict[str, Any]]) -> Checkpoint:
    sizes: dict[str, int] = {}
    elements: dict[str, int] = {}
    count = 0
    for header in headers:
        for name, entry in header["tensors"].items():
            kind, number, nbytes = _tensor(header["path"], str(name), entry)
            sizes[kind] = sizes.get(kind, 0) + nbytes
            elements[kind] = elements.get(kind, 0) + number
            count += 1
    return Checkpoint(sizes, elements, count)


def _tensor(path: Path, name: str, entry: Any) -> tuple[str, int, int]:
    label = f"{path}: {name[:80]}"
    if not isinstance(entry, dict):
        raise ModelError(f"{label}: expected an object")
    kind, shape, offsets = entry.get("dtype"), entry.get("shape"), entry.get("data_offsets")
    if not isinstance(kind, str) or kind not in BITS:
        raise ModelError(f"{label}: dtype {str(kind)[:20]!r} is not known")
    if not _whole(shape, 16) or not _whole(offsets, 2) or len(offsets) != 2 or offsets[1] < offsets[0]:
        raise ModelError(f"{label}: shape or data_offsets are not whole numbers")
    number, nbytes = prod(shape), offsets[1] - offsets[0]
    if number >= 2**50 or (number * BITS[kind] + 7) // 8 != nbytes:
        raise ModelError(f"{label}: {nbytes} bytes do not hold {number} elements of {kind}")
    return kind, number, nbytes


def _whole(values: Any, longest: int) -> TypeGuard[list[int]]:
    return (
        isinstance(values, list)
        and len(values) <= longest
        and all(isinstance(v, int) and not isinstance(v, bool) and 0 <= v < 2**50 for v in values)
    )
