from __future__ import annotations

import pytest
from textual.app import App

from tui.screens.command import CommandLine

NAMES = {"scope.gpus": ("H100", "H200", "L40S"), "view": ("plan", "quant")}


class Holder(App[None]):
    def __init__(self, text: str) -> None:
        super().__init__()
        self.line, self.taken = CommandLine(NAMES, text), ["nothing"]

    def on_mount(self) -> None:
        def taken(line: str | None) -> None:
            self.taken = [line]  # type: ignore[list-item]

        self.push_screen(self.line, taken)


@pytest.mark.parametrize(("keys", "before", "line"), [
    ("2 0 enter", "rate ", "rate 20"),
    ("g p tab h 2 tab enter", "", "gpu H200"),
    ("u n d tab enter", "", "undo"),
    ("down enter 5 enter", "", "rate 5"),
    ("h down enter", "gpu ", "gpu H200"),
    ("enter", "", None),
    ("escape", "rate 3", None),
])  # fmt: skip
async def test_tab_completes_and_enter_takes_the_line(keys: str, before: str, line: str | None) -> None:
    async with Holder(before).run_test() as pilot:
        await pilot.press(*keys.split())
        assert pilot.app.taken == [line]  # type: ignore[attr-defined]
