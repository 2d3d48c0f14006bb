from __future__ import annotations

from textual.app import App, ComposeResult
from textual.containers import VerticalScroll
from textual.widgets import Input

from tui.widgets.framed import WITHIN, Framed


class Panel(VerticalScroll, Framed):
    DEFAULT_CSS = "Panel { border: round red; &.-within { border: round green; } }"

    def compose(self) -> ComposeResult:
        yield Input(id="one")
        yield Input(id="two")


class Holder(App[None]):
    def compose(self) -> ComposeResult:
        yield Panel()
        yield Input(id="beside")


async def test_the_frame_follows_the_focus() -> None:
    async with Holder().run_test() as pilot:
        panel = pilot.app.query_one(Panel)
        colours = []
        for name in ("one", "two", "beside", "two"):
            pilot.app.query_one(f"#{name}").focus()
            await pilot.pause()
            colours.append(panel.styles.border_top[1].css)
            assert panel.has_class(WITHIN) == (name != "beside")
        assert colours[0] == colours[1] == colours[3] != colours[2]
