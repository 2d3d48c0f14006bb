from __future__ import annotations

from textual.app import App

from tui.screens.help import TEXT, HelpScreen, HelpText, folded
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


def test_on_a_narrow_screen_no_key_is_parted_from_what_it_does() -> None:
    lines = folded(TEXT, 50).splitlines()
    assert max(map(len, lines)) <= 50
    for whole in ("w weight formats", "v KV formats", "T TPOT", "6 Catalogs", "D save it"):
        assert any(whole in line for line in lines)
    assert folded(TEXT, 80) == TEXT.rstrip("\n")


async def test_help_is_broken_anew_where_the_screen_changes() -> None:
    app = App[None]()
    async with app.run_test(size=(100, 60)) as pilot:
        app.push_screen(HelpScreen())
        await pilot.pause()
        await pilot.resize_terminal(40, 60)
        await pilot.pause()
        shown = app.screen.query_one(HelpText)
        assert str(shown.render()) == folded(TEXT, shown.size.width)
        assert shown.size.width <= 40
