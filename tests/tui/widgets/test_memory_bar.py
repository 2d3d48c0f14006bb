from __future__ import annotations

import pytest
from textual.app import App, ComposeResult
from textual.containers import VerticalScroll

from planner.plan.candidate import Details
from tui.widgets.memory_bar import MemoryBar, bar, cells


@pytest.mark.parametrize("width", [20, 61, 200])
def test_the_bar_fills_its_width(width: int) -> None:
    parts = [("weights", 40.0), ("kv_cache", 30.0), ("activation", 0.01), ("free", 9.0)]
    counts = cells(parts, 79.01, width)
    assert sum(counts) == width
    assert all(counts)
    assert len(bar(parts, 79.01, width).plain.split("\n")[0]) == width


class Holder(App[None]):
    def compose(self) -> ComposeResult:
        with VerticalScroll():
            yield MemoryBar()


async def test_every_part_is_named_below_the_bar(found: Details) -> None:
    async with Holder().run_test(size=(50, 12)) as pilot:
        shown = pilot.app.query_one(MemoryBar)
        shown.styles.height = "auto"
        shown.show(found.cluster.memory)
        await pilot.pause()
        names = [part.name.replace("_", " ") for part in found.cluster.memory.parts]
        text = " ".join(str(shown.render()).split())
        assert all(name in text for name in names)
        assert shown.size.height > len(text) // 50
        for line in str(shown.render()).splitlines()[1:]:
            assert line.rstrip().endswith("GiB")
