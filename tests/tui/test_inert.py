from __future__ import annotations

import os
import pty
import subprocess
import sys
import tty
from contextlib import suppress
from pathlib import Path

import pytest
from rich.segment import Segment
from rich.text import Text
from textual.color import Color
from textual.widgets import Static

import tui.app
import tui.start
from tests.consistency.drawn import TORTURE
from tui.app import GpuPlanApp
from tui.inert import Inert

WHITE = Color(255, 255, 255)
QUESTION = str(Path(__file__).with_name("small.toml"))


def test_what_cannot_be_printed_is_not_drawn_and_the_line_keeps_its_width() -> None:
    segments = [Segment("a\x1b[31m\x9b\u202eb"), Segment("\u3000\xa0c")]
    assert [text for text, _, _ in Inert().apply(segments, WHITE)] == ["a[31mb", "   c"]
    plain = [Segment("as it is")]
    assert Inert().apply(plain, WHITE) is plain


async def test_no_text_of_the_screen_steers_the_terminal() -> None:
    app = GpuPlanApp()
    async with app.run_test(size=(100, 30)) as pilot:
        await pilot.pause()
        await app.screen.mount(Static(Text("\x1b]0;title\x07\x9b2J"), id="foreign"), before=0)
        await pilot.pause()
        lines = ["".join(s.text for s in strip) for strip in app.screen._compositor.render_strips()]
        assert any("]0;title" in line for line in lines)
        assert all(line.isprintable() for line in lines)


def test_a_fault_in_the_interface_is_raised_with_the_workload(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    class Broken(GpuPlanApp):
        CSS_PATH = Path(tui.app.__file__).with_name("app.tcss")

        def run(self, **more: object) -> None:  # type: ignore[override]
            super().run(headless=True)

        def on_mount(self) -> None:
            raise KeyError("not foreseen")

    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    monkeypatch.setattr(tui.app, "GpuPlanApp", Broken)
    with pytest.raises(KeyError, match="not foreseen") as caught:
        tui.start.run({"model": "Qwen/Qwen3-8B", "traffic": {"rate_per_s": 4.0}})
    assert "Qwen/Qwen3-8B" in caught.value.__notes__[0]
    assert capsys.readouterr() == ("", "")


def in_a_terminal(command: list[str], sent: bytes) -> tuple[int, str]:
    """The exit code of a program that bytes are typed into, and what its terminal was told."""
    hand, terminal = pty.openpty()
    tty.setraw(terminal)
    said = b""
    with subprocess.Popen(command, stdin=terminal, stdout=terminal, stderr=terminal) as app:
        os.close(terminal)
        os.write(hand, sent)
        with suppress(OSError):  # the other end is closed
            while found := os.read(hand, 2**16):
                said += found
        code = app.wait(60)
    os.close(hand)
    return code, said.decode(errors="replace")


@pytest.mark.parametrize(("sent", "code"), [(b"\xff\xfe", 2), (b"\x11", 0)] if TORTURE else [(b"\xff\xfe", 2)])
def test_bytes_that_are_no_text_end_the_app_with_one_line(sent: bytes, code: int) -> None:
    """The second is ctrl+q."""
    ended, said = in_a_terminal([sys.executable, "-m", "planner.cli.main", "tui", QUESTION], sent)
    assert ended == code
    assert ("gpuplan: the terminal sent bytes that are not UTF-8" in said.rpartition("\x1b")[2]) is (code == 2)
    assert "Traceback" not in said
