from __future__ import annotations

from textual.app import App, ComposeResult
from textual.widgets import Input

from tui.screens.jump import LETTERS, Jump, targets


class Holder(App[None]):
    def compose(self) -> ComposeResult:
        for n in range(3):
            yield Input(id=f"field-{n}")

    def jump(self) -> None:
        self.push_screen(Jump(targets(self.screen)), lambda widget: widget and widget.focus())  # type: ignore[arg-type]


async def test_a_letter_gives_the_focus_and_another_key_leaves_it() -> None:
    async with Holder().run_test() as pilot:
        app = pilot.app
        assert isinstance(app, Holder)
        for key, focused in ((LETTERS[2], "field-2"), (LETTERS[1], "field-1"), ("9", "field-1"), ("escape", "field-1")):
            app.jump()
            await pilot.pause()
            await pilot.press(key)
            assert app.focused is not None
            assert app.focused.id == focused
