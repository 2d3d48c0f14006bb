from __future__ import annotations

from typing import ClassVar

from textual.app import App, ComposeResult
from textual.binding import Binding, BindingType

from tui.widgets.keys import KeyBar


class Holder(App[None]):
    BINDINGS: ClassVar[list[BindingType]] = [Binding("x", "count", "Count"), Binding("y", "hidden", "No", show=False)]
    counted = 0

    def compose(self) -> ComposeResult:
        yield KeyBar()

    def action_count(self) -> None:
        self.counted += 1


async def test_a_click_does_what_the_key_does() -> None:
    app = Holder()
    async with app.run_test(size=(80, 5)) as pilot:
        await pilot.pause()
        text = str(app.query_one(KeyBar).render())
        assert "x Count" in text
        assert "No" not in text
        await pilot.click(KeyBar, offset=(text.index("Count"), 0))
        await pilot.press("x")
        assert app.counted == 2
