from __future__ import annotations

from pathlib import Path

import pytest
from textual.app import App
from textual.widgets import Input

from planner.errors import InputError
from tui.screens.ask import AskPath, home


async def asked(offered: Path, *keys: str) -> list[Path | None]:
    given: list[Path | None] = []
    app = App[None]()
    async with app.run_test(size=(60, 20)) as pilot:
        app.push_screen(AskPath("Where to?", offered), given.append)
        await pilot.pause()
        assert app.screen.query_one(Input).value == ("" if offered == Path() else str(offered))
        await pilot.press(*keys)
        await pilot.pause()
    return given


async def test_enter_takes_the_path_and_escape_none() -> None:
    assert await asked(Path("a.toml"), "enter") == [Path("a.toml")]
    assert await asked(Path(), "b", "enter") == [Path("b")]
    assert await asked(Path(), "space", "enter") == [None]
    assert await asked(Path("a.toml"), "escape", "escape") == [None]


async def test_a_user_that_is_not_there_is_said_and_asked_again() -> None:
    assert await asked(Path("~nouser/x"), "enter") == []
    with pytest.raises(InputError, match="no such user"):
        home("~nouser/x")
    assert home("~") == Path.home()
