"""Fuzzers change nothing but their own folder."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests import fence


@pytest.fixture(autouse=True)
def nothing_is_written_beside(tmp_path: Path, nothing_is_written_elsewhere: None) -> Iterator[None]:
    beside = {path.name for path in tmp_path.parent.iterdir()}
    with fence.only_in(tmp_path):
        yield
    assert {path.name for path in tmp_path.parent.iterdir()} == beside
