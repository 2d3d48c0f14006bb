from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models_db.importers.any import read_any
from planner.errors import ModelError
from tests.consistency.drawn import at_random
from tests.models_db.importers.conftest import META, TENSORS, gguf_bytes


@at_random(100, 300)
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
