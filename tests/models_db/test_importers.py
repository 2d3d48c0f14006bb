from __future__ import annotations

import json
import struct
import time
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models_db.catalog import read_models
from models_db.export import save, to_toml
from models_db.importers.any import read_any
from models_db.importers.config_json import read_config
from models_db.importers.gguf import read_gguf
from models_db.importers.safetensors import read_safetensors
from models_db.matrices import total_params
from planner.catalogs import Catalogs
from planner.cli.main import main
from planner.errors import ModelError
from tests.models_db.test_config_json import LLAMA


def write_safetensors(path: Path, tensors: dict[str, Any], length: int | None = None) -> Path:
    header = json.dumps(tensors).encode()
    path.write_bytes(struct.pack("<Q", len(header) if length is None else length) + header)
    return path


def text(value: str) -> bytes:
    return struct.pack("<Q", len(value)) + value.encode()


def gguf_bytes(meta: dict[str, int | str], tensors: list[tuple[str, tuple[int, ...], int]]) -> bytes:
    out = b"GGUF" + struct.pack("<IQQ", 3, len(tensors), len(meta))
    for key, value in meta.items():
        out += text(key)
        out += struct.pack("<I", 8) + text(value) if isinstance(value, str) else struct.pack("<II", 4, value)
    for name, shape, kind in tensors:
        out += text(name) + struct.pack("<I", len(shape)) + struct.pack(f"<{len(shape)}Q", *shape)
        out += struct.pack("<IQ", kind, 0)
    return out


META: dict[str, int | str] = {
    "general.architecture": "llama", "general.name": "tiny", "llama.block_count": 1, "llama.embedding_length": 256,
    "llama.attention.head_count": 4, "llama.attention.head_count_kv": 2, "llama.feed_forward_length": 512,
    "llama.context_length": 2048,
}  # fmt: skip
TENSORS = [
    ("token_embd.weight", (256, 1000), 12), ("output.weight", (256, 1000), 14), ("output_norm.weight", (256,), 0),
    ("blk.0.attn_norm.weight", (256,), 0), ("blk.0.ffn_norm.weight", (256,), 0),
    ("blk.0.attn_q.weight", (256, 256), 12),
    ("blk.0.attn_k.weight", (256, 128), 12), ("blk.0.attn_v.weight", (256, 128), 14),
    ("blk.0.attn_output.weight", (256, 256), 12), ("blk.0.ffn_gate.weight", (256, 512), 12),
    ("blk.0.ffn_up.weight", (256, 512), 12), ("blk.0.ffn_down.weight", (512, 256), 14),
]  # fmt: skip


def test_export_and_import_are_inverse(catalogs: Catalogs, tmp_path: Path) -> None:
    for model in catalogs.models.all():
        path = tmp_path / "m.toml"
        path.write_text(to_toml(model))
        assert read_models(path) == [model]


def test_config_to_overlay_and_back(tmp_path: Path) -> None:
    path = tmp_path / "config.json"
    path.write_text(json.dumps(LLAMA))
    model = read_config(path, model_id="me/mine", checked="2026-11-24")
    assert read_models(save(model, tmp_path)) == [model]


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


def test_gguf_header_and_model(tmp_path: Path) -> None:
    path = tmp_path / "tiny.gguf"
    path.write_bytes(gguf_bytes(META, TENSORS))
    header = read_gguf(path)
    assert next(t for t in header.tensors if t.name == "token_embd.weight").nbytes == 256 * 1000 // 256 * 144
    found = read_any(path)
    assert found.model is not None
    assert total_params(found.model) == header.elements
    assert not found.notes


@pytest.mark.parametrize(
    "change",
    [
        lambda b: b[:40],
        lambda b: b"GGML" + b[4:],
        lambda b: b[:4] + struct.pack("<I", 99) + b[8:],
        lambda b: b[:8] + struct.pack("<Q", 2**63) + b[16:],
        lambda b: b[:16] + struct.pack("<Q", 2**40) + b[24:],
        lambda b: b[:24] + struct.pack("<Q", 10 * 2**30) + b[32:],
        lambda b: b.replace(struct.pack("<Q", 1000), struct.pack("<Q", 2**62)),
    ],
)
def test_hostile_gguf_is_one_line_and_quick(tmp_path: Path, change: Any) -> None:
    path = tmp_path / "bad.gguf"
    path.write_bytes(change(gguf_bytes(META, TENSORS)))
    start = time.monotonic()
    with pytest.raises(ModelError) as caught:
        read_gguf(path)
    assert "\n" not in str(caught.value)
    assert time.monotonic() - start < 1


@settings(max_examples=300, deadline=None)
@given(position=st.integers(0, 900), value=st.integers(0, 255), cut=st.integers(0, 1200))
def test_any_bytes_are_a_header_or_one_line(
    tmp_path_factory: pytest.TempPathFactory, position: int, value: int, cut: int
) -> None:
    data = bytearray(gguf_bytes(META, TENSORS))
    data[position % len(data)] = value
    path = tmp_path_factory.getbasetemp() / "fuzz.gguf"
    path.write_bytes(bytes(data[: max(1, len(data) - cut)]))
    message = ""
    try:
        read_any(path)
    except ModelError as error:
        message = str(error)
    assert "\n" not in message


def test_import_json_carries_what_scripts_read(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "config.json"
    path.write_text(json.dumps(LLAMA))
    assert main(["import", str(path), "--id", "me/mine", "--format", "json", "--save", str(tmp_path / "cat")]) == 0
    data = json.loads(capsys.readouterr().out)
    wanted = {"id", "architecture", "total_params", "active_params", "kv_bytes_per_token", "state_bytes_per_sequence"}
    assert wanted | {"native_format", "notes"} <= set(data)
    assert data["kv_bytes_per_token"] == 131_072
    assert main(["models", "show", "me/mine", "--catalog", str(tmp_path / "cat"), "--format", "json"]) == 0


def test_a_path_works_as_a_model(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "config.json"
    path.write_text(json.dumps(LLAMA))
    assert main(["fit", "-m", str(path), "-g", "H100", "--format", "json"]) == 0
    assert json.loads(capsys.readouterr().out)["rows"][0]["fits"]


@pytest.mark.parametrize("name", ["gone.json", "gone.gguf", "gone.safetensors"])
def test_a_missing_file_is_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str) -> None:
    assert main(["import", str(tmp_path / name)]) == 2
    assert capsys.readouterr().err.count("\n") == 1
