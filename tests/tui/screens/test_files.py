from __future__ import annotations

from pathlib import Path

from textual.app import App

from tests.tui.conftest import H100
from tui.screens.files import WorkloadFiles
from tui.session import Session


class Holder(WorkloadFiles):
    puts = 0

    def put(self) -> None:
        self.puts += 1


async def test_a_workload_is_saved_and_one_that_cannot_be_read_changes_nothing(tmp_path: Path) -> None:
    app, screen = App[None](), Holder(Session(H100))
    async with app.run_test() as pilot:
        app.push_screen(screen)
        await pilot.pause()
        target = tmp_path / "w.toml"
        assert screen._file(target, screen.session.save, "saved as")
        assert "Qwen2.5-7B" in target.read_text()
        screen._open(target)
        assert screen.puts == 1
        screen._open(tmp_path / "gone.toml")
        screen._open(None)
        assert screen.puts == 1
