from __future__ import annotations

import struct
import time
from pathlib import Path
from typing import Any

import pytest

from models_db.importers.gguf import read_gguf
from planner.errors import ModelError
from tests.models_db.importers.conftest import META, TENSORS, gguf_bytes


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
