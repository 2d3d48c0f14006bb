from __future__ import annotations

import pytest
from textual.app import App, ComposeResult
from textual.containers import VerticalScroll
from textual.widgets import Static

from tui.widgets.still import Still


class Holder(App[None]):
    def compose(self) -> ComposeResult:
        with VerticalScroll():
            yield Still("one line", id="still")
            yield Static("below", id="below")


@pytest.mark.parametrize(("text", "below"), [("another line", 1), ("two\nlines", 2), ("word " * 20, 3)])
async def test_a_new_layout_is_made_only_where_the_text_needs_other_lines(
    text: str, below: int, monkeypatch: pytest.MonkeyPatch
) -> None:  # fmt: skip
    async with Holder().run_test(size=(40, 12)) as pilot:
        still, screen, laid = pilot.app.query_one(Still), pilot.app.screen, []
        await pilot.pause(0.1)
        lay = screen._compositor.reflow
        monkeypatch.setattr(screen._compositor, "reflow", lambda *given: laid.append(given) or lay(*given))
        still.say(text)
        await pilot.pause()
        assert str(still.render()) == text
        assert pilot.app.query_one("#below").region.y == below
        assert bool(laid) == (below != 1)


async def test_a_text_that_is_said_unseen_has_its_lines_once_it_is_seen() -> None:
    async with Holder().run_test(size=(40, 12)) as pilot:
        still = pilot.app.query_one(Still)
        still.display = False
        await pilot.pause()
        still.say("now\nthree\nlines")
        await pilot.pause()
        still.display = True
        await pilot.pause()
        assert still.region.height == 3
