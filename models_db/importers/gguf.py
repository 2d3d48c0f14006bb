"""A GGUF header: metadata and exact bytes of every tensor; weights are never read.

Every count and length is checked against what is left of the file before it is used, so that a small
file cannot claim a large one. Source: ggml docs/gguf.md (versions 2 and 3).
"""

from __future__ import annotations

import os
import struct
from dataclasses import dataclass
from math import prod
from pathlib import Path
from typing import Any

from planner.errors import ModelError, unreadable
from planner.files import opened

MAX_READ = 32 * 2**20
MAX_TENSORS = 100_000
MAX_KEYS = 65_536
KEEP_ITEMS = 4096
SCALARS = {0: "B", 1: "b", 2: "H", 3: "h", 4: "I", 5: "i", 6: "f", 7: "?", 10: "Q", 11: "q", 12: "d"}
STRING, ARRAY = 8, 9
# type id -> (name, elements a block, bytes a block); ggml.h
TYPES = {
    0: ("F32", 1, 4), 1: ("F16", 1, 2), 2: ("Q4_0", 32, 18), 3: ("Q4_1", 32, 20), 6: ("Q5_0", 32, 22),
    7: ("Q5_1", 32, 24), 8: ("Q8_0", 32, 34), 9: ("Q8_1", 32, 36), 10: ("Q2_K", 256, 84), 11: ("Q3_K", 256, 110),
    12: ("Q4_K", 256, 144), 13: ("Q5_K", 256, 176), 14: ("Q6_K", 256, 210), 15: ("Q8_K", 256, 292),
    16: ("IQ2_XXS", 256, 66), 17: ("IQ2_XS", 256, 74), 18: ("IQ3_XXS", 256, 98), 19: ("IQ1_S", 256, 50),
    20: ("IQ4_NL", 32, 18), 21: ("IQ3_S", 256, 110), 22: ("IQ2_S", 256, 82), 23: ("IQ4_XS", 256, 136),
    24: ("I8", 1, 1), 25: ("I16", 1, 2), 26: ("I32", 1, 4), 27: ("I64", 1, 8), 28: ("F64", 1, 8),
    29: ("IQ1_M", 256, 56), 30: ("BF16", 1, 2), 34: ("TQ1_0", 256, 54), 35: ("TQ2_0", 256, 66), 39: ("MXFP4", 32, 17),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class GgufTensor:
    name: str
    shape: tuple[int, ...]
    type: str
    nbytes: int

    @property
    def elements(self) -> int:
        return prod(self.shape)


@dataclass(frozen=True, slots=True)
class GgufHeader:
    """Metadata (long arrays only by length, as `key.length`) and tensors of one file."""

    metadata: dict[str, Any]
    tensors: tuple[GgufTensor, ...]
    file_bytes: int

    @property
    def elements(self) -> int:
        return sum(tensor.elements for tensor in self.tensors)


class _Cursor:
    """Bounded little-endian reads over the start of a file."""

    def __init__(self, path: Path) -> None:
        try:
            with opened(path, ModelError) as handle:
                self.size, self.data = os.fstat(handle.fileno()).st_size, handle.read(MAX_READ)
        except OSError as error:
            raise ModelError(unreadable(path, error)) from error
        self.path, self.at = path, 0

    def need(self, count: int) -> None:
        if count < 0 or self.at + count > len(self.data):
            raise ModelError(f"{self.path}: the header claims {count} bytes at {self.at}, more than the file holds")

    def scalar(self, kind: str) -> Any:
        size = struct.calcsize("<" + kind)
        self.need(size)
        (value,) = struct.unpack_from("<" + kind, self.data, self.at)
        self.at += size
        return value

    def text(self) -> str:
        length = self.scalar("Q")
        self.need(length)
        raw = self.data[self.at : self.at + length]
        self.at += length
        return raw.decode("utf-8", errors="replace")

    def skip_text(self) -> None:
        length = self.scalar("Q")
        self.need(length)
        self.at += length


def read_gguf(path: Path) -> GgufHeader:
    """Read the header of `path`; raises ModelError with what does not hold."""
    cursor = _Cursor(path)
    if cursor.data[:4] != b"GGUF":
        raise ModelError(f"{path}: not a GGUF file")
    cursor.at = 4
    version = cursor.scalar("I")
    if version not in (2, 3):
        raise ModelError(f"{path}: GGUF version {version} is not 2 or 3")
    tensors, keys = cursor.scalar("Q"), cursor.scalar("Q")
    if tensors > MAX_TENSORS or keys > MAX_KEYS:
        raise ModelError(f"{path}: {tensors} tensors and {keys} keys are more than {MAX_TENSORS} and {MAX_KEYS}")
    metadata: dict[str, Any] = {}
    for _ in range(keys):
        key = cursor.text()[:200]
        _store(cursor, metadata, key)
    return GgufHeader(metadata, tuple(_tensor(cursor) for _ in range(tensors)), cursor.size)


def _store(cursor: _Cursor, metadata: dict[str, Any], key: str) -> None:
    kind = cursor.scalar("I")
    if kind == STRING:
        metadata[key] = cursor.text()[:KEEP_ITEMS]
    elif kind in SCALARS:
        metadata[key] = cursor.scalar(SCALARS[kind])
    elif kind == ARRAY:
        _store_array(cursor, metadata, key)
    else:
        raise ModelError(f"{cursor.path}: {key}: value type {kind} is not known")


def _store_array(cursor: _Cursor, metadata: dict[str, Any], key: str) -> None:
    kind, length = cursor.scalar("I"), cursor.scalar("Q")
    metadata[f"{key}.length"] = length
    if kind == STRING:
        cursor.need(length * 8)
        for _ in range(length):
            cursor.skip_text()
        return
    if kind not in SCALARS:
        raise ModelError(f"{cursor.path}: {key}: arrays of type {kind} are not known")
    size = struct.calcsize("<" + SCALARS[kind])
    cursor.need(length * size)
    if length <= KEEP_ITEMS:
        metadata[key] = list(struct.unpack_from(f"<{length}{SCALARS[kind]}", cursor.data, cursor.at))
    cursor.at += length * size


def _tensor(cursor: _Cursor) -> GgufTensor:
    name = cursor.text()[:200]
    dims = cursor.scalar("I")
    if not 1 <= dims <= 4:
        raise ModelError(f"{cursor.path}: {name[:60]}: {dims} dimensions")
    shape = tuple(cursor.scalar("Q") for _ in range(dims))
    kind = cursor.scalar("I")
    cursor.scalar("Q")
    if kind not in TYPES:
        raise ModelError(f"{cursor.path}: {name[:60]}: tensor type {kind} is not known")
    label, block, nbytes = TYPES[kind]
    if any(not 1 <= n < 2**40 for n in shape) or prod(shape) >= 2**50 or shape[0] % block:
        raise ModelError(f"{cursor.path}: {name[:60]}: shape {shape} does not hold {label} blocks of {block}")
    return GgufTensor(name, shape, label, prod(shape) // block * nbytes)
