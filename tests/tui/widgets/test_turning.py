from __future__ import annotations

from textual.app import App, ComposeResult
from textual.containers import VerticalScroll
from textual.widgets import Input, Label, TabPane, Tabs

from tui.widgets.turning import Turning


class Holder(App[None]):
    def compose(self) -> ComposeResult:
        with Turning():
            yield TabPane("a", VerticalScroll(id="first"), id="side-a")
            yield TabPane("b", Input(id="field"), VerticalScroll(id="second"), id="side-b")
            yield TabPane("c", Label("no focus"), id="side-c")


async def test_keys_turn_the_sides_in_a_circle_and_the_focus_goes_with_them() -> None:
    async with Holder().run_test() as pilot:
        sides, tabs = pilot.app.query_one(Turning), pilot.app.query_one(Tabs)
        pilot.app.query_one("#first").focus()
        seen = []
        for key in ("full_stop", "full_stop", "full_stop", "comma"):
            await pilot.press(key)
            await pilot.pause()
            seen.append((sides.active, pilot.app.focused))
        second = pilot.app.query_one("#second")
        assert seen == [("side-b", second), ("side-c", tabs), ("side-a", tabs), ("side-c", tabs)]
