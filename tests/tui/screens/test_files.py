from __future__ import annotations

from pathlib import Path

from textual.app import App

from tests.tui.conftest import H100
from tui.screens.files import WorkloadFiles
from tui.screens.overwrite import Overwrite
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
        screen._save(None)
        assert screen.puts == 1


async def test_a_file_is_written_over_only_when_that_is_said_and_the_old_one_is_kept(tmp_path: Path) -> None:
    target = tmp_path / "w.toml"
    commented = '# why so\nmodel = "Qwen/Qwen3-8B"\n'
    target.write_text(commented)
    app, screen = App[None](), Holder(Session(H100, target))
    async with app.run_test(notifications=True) as pilot:
        app.push_screen(screen)
        await pilot.pause()
        for keys, written in ((("enter", "escape", "n"), False), (("y",), True)):
            screen.action_save()
            await pilot.pause()
            await pilot.press("enter")
            assert isinstance(app.screen, Overwrite)
            assert str(target) in str(app.screen.query("Label").first().render())
            await pilot.press(*keys)
            await pilot.pause()
            assert app.screen_stack[-1] is screen
            assert (target.read_text() != commented) is written
        assert target.with_name("w.toml~").read_text() == commented
        said = [note.message for note in app._notifications]
        assert said == [f"{target} is left as it is", f"saved as {target}; the old one is {target}~"]
