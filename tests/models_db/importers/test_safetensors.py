from __future__ import annotations

import json
import struct
import time
from pathlib import Path
from typing import Any

import pytest

from models_db.importers.safetensors import read_safetensors
from planner.errors import ModelError


def write_safetensors(path: Path, tensors: dict[str, Any], length: int | None = None) -> Path:
    header = json.dumps(tensors).encode()
    path.write_bytes(struct.pack("<Q", len(header) if length is None else length) + header)
    return path


def test_safetensors_bytes_by_type(tmp_path: Path) -> None:
    tensors = {
        "a": {"dtype": "BF16", "shape": [4, 8], "data_offsets": [0, 64]},
        "b": {"dtype": "F8_E4M3", "shape": [16], "data_offsets": [64, 80]},
        "__metadata__": {"format": "pt"},
    }
    found = read_safetensors(write_safetensors(tmp_path / "m.safetensors", tensors))
    assert found.bytes_by_type == {"BF16": 64, "F8_E4M3": 16}
    assert found.total_elements == 48


def test_an_index_sums_its_shards_or_takes_the_stated_size(tmp_path: Path) -> None:
    index = tmp_path / "model.safetensors.index.json"
    index.write_text(json.dumps({"metadata": {"total_size": 1234}, "weight_map": {"a": "m1.safetensors"}}))
    assert read_safetensors(index).total_bytes == 1234
    write_safetensors(tmp_path / "m1.safetensors", {"a": {"dtype": "F32", "shape": [2], "data_offsets": [0, 8]}})
    assert read_safetensors(index).total_bytes == 8


@pytest.mark.parametrize(
    ("tensors", "length"),
    [
        ({"a": {"dtype": "BF16", "shape": [2**62], "data_offsets": [0, 10**10]}}, None),
        ({"a": {"dtype": "BF16", "shape": [4], "data_offsets": [0, 10 * 2**30]}}, None),
        ({"a": {"dtype": "NO", "shape": [4], "data_offsets": [0, 8]}}, None),
        ({"a": {"dtype": "BF16", "shape": [-4], "data_offsets": [0, 8]}}, None),
        ({"a": {"dtype": "BF16", "shape": [True], "data_offsets": [0, 2]}}, None),
        ({"a": 7}, None),
        ({}, 10 * 2**30),
        ({}, 2**63),
    ],
)
def test_hostile_safetensors_are_one_line_and_quick(
    tmp_path: Path, tensors: dict[str, Any], length: int | None
) -> None:
    path = write_safetensors(tmp_path / "m.safetensors", tensors, length)
    start = time.monotonic()
    with pytest.raises(ModelError) as caught:
        read_safetensors(path)
    assert "\n" not in str(caught.value)
    assert time.monotonic() - start < 1
