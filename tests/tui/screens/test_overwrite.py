from __future__ import annotations

from pathlib import Path

import pytest
from textual.app import App

from tui.screens.overwrite import Overwrite


@pytest.mark.parametrize(("keys", "said"), [(("enter", "y"), [True]), (("n", "n"), [False]), (("escape",), [False])])
async def test_one_letter_writes_over_a_file_and_enter_does_not(keys: tuple[str, ...], said: list[bool]) -> None:
    given: list[bool | None] = []
    app = App[None]()
    async with app.run_test(size=(60, 20)) as pilot:
        app.push_screen(Overwrite(Path("plans/w.toml")), given.append)
        await pilot.pause()
        texts = " ".join(str(label.render()) for label in app.screen.query("Label"))
        assert "plans/w.toml" in texts
        assert "w.toml~" in texts
        await pilot.press(*keys)
        await pilot.pause()
    assert given == said
