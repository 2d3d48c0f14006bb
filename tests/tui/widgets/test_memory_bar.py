from __future__ import annotations

import pytest

from tui.widgets.memory_bar import bar, cells


@pytest.mark.parametrize("width", [20, 61, 200])
def test_the_bar_fills_its_width(width: int) -> None:
    parts = [("weights", 40.0), ("kv_cache", 30.0), ("activation", 0.01), ("free", 9.0)]
    counts = cells(parts, 79.01, width)
    assert sum(counts) == width
    assert all(counts)
    assert len(bar(parts, 79.01, width).plain.split("\n")[0]) == width
