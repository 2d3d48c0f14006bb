from __future__ import annotations

from pathlib import Path

from models_db.importers.any import read_any
from models_db.importers.gguf import read_gguf
from models_db.matrices import total_params
from tests.models_db.importers.conftest import META, TENSORS, gguf_bytes


def test_gguf_header_and_model(tmp_path: Path) -> None:
    path = tmp_path / "tiny.gguf"
    path.write_bytes(gguf_bytes(META, TENSORS))
    header = read_gguf(path)
    assert next(t for t in header.tensors if t.name == "token_embd.weight").nbytes == 256 * 1000 // 256 * 144
    found = read_any(path)
    assert found.model is not None
    assert total_params(found.model) == header.elements
    assert not found.notes
