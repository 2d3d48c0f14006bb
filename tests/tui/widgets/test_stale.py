from __future__ import annotations

import pytest
from textual.app import App, ComposeResult
from textual.containers import Vertical
from textual.widgets import Static

from tui.widgets.stale import STALE, mark_stale


class Holder(App[None]):
    def compose(self) -> ComposeResult:
        with Vertical(id="panel"):
            yield Static("of before", id="text")


async def test_a_mark_is_set_and_taken_and_has_no_style_found_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    styled: list[object] = []
    async with Holder().run_test() as pilot:
        panel = pilot.app.query_one("#panel")
        monkeypatch.setattr(pilot.app, "update_styles", styled.append)
        mark_stale(panel, True)
        mark_stale(panel, True)
        assert panel.has_class(STALE)
        mark_stale(panel, False)
        assert not panel.has_class(STALE)
        assert styled == []
