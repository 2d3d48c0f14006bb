from __future__ import annotations

from textual.app import App

from tui.screens.help import TEXT, HelpScreen
from tui.screens.main import TITLES, VIEWS


async def test_help_is_left_by_the_key_that_opened_it() -> None:
    app = App[None]()
    async with app.run_test() as pilot:
        app.push_screen(HelpScreen())
        await pilot.pause()
        assert isinstance(app.screen, HelpScreen)
        await pilot.press("f1", "f1")
        assert not isinstance(app.screen, HelpScreen)


def test_help_names_every_view() -> None:
    assert len(TITLES) == len(VIEWS)
    assert all(title in TEXT for title in TITLES)


def test_no_line_is_broken_where_the_screen_has_80_columns() -> None:
    frame, scrollbar = 2 * (1 + 2), 2
    assert max(map(len, TEXT.splitlines())) <= 80 - frame - scrollbar
