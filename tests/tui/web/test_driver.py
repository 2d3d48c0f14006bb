"""The side of the session's process: all that it draws arrives, and it leaves with its server."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from tui.web.driver import PipeDriver

SMALL = """
import time
from textual.app import App
from tui.web import driver

driver.GRACE_S = 0.3

class Small(App):
    def on_mount(self):
        self.set_timer(0.05, self.work)

    def work(self):
        {work}

Small().run()
"""


def drawing(to: int) -> PipeDriver:
    """A driver that draws to an open file; it has no app and no input."""
    found = PipeDriver.__new__(PipeDriver)
    found.fileno = to
    return found


def test_a_frame_that_the_pipe_takes_in_parts_is_whole() -> None:
    source, to = os.pipe()
    frame, found = os.urandom(2**20), bytearray()

    def take() -> None:
        while part := os.read(source, 2**16):
            found.extend(part)

    reader = threading.Thread(target=take)
    reader.start()
    os.set_blocking(to, True)
    assert drawing(to)._put(frame) == len(frame)
    os.close(to)
    reader.join()
    os.close(source)
    assert bytes(found) == frame


def test_a_write_that_is_cut_short_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    found = bytearray()

    def short(to: int, data: memoryview) -> int:
        found.extend(data[:3])
        return len(data[:3])

    monkeypatch.setattr(os, "write", short)
    drawing(1)._put(b"__GANGLION__\n")
    assert bytes(found) == b"__GANGLION__\n"


def test_what_nobody_reads_is_dropped() -> None:
    source, to = os.pipe()
    os.close(source)
    assert drawing(to)._put(b"a frame") == 7
    os.close(to)


@pytest.mark.parametrize(("work", "code"), [("pass", 0), ("time.sleep(30)", 1)], ids=["at rest", "at work"])
def test_without_its_server_the_process_leaves(work: str, code: int) -> None:
    environment = {**os.environ, "TEXTUAL_DRIVER": "tui.web.driver:PipeDriver"}
    environment["PYTHONPATH"] = str(Path(__file__).resolve().parents[3])
    process = subprocess.Popen(
        [sys.executable, "-c", SMALL.format(work=work)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environment
    )
    assert process.stdin is not None
    assert process.stdout is not None
    with process:
        assert process.stdout.readline() == b"__GANGLION__\n"
        time.sleep(0.3)
        process.stdin.close()
        process.stdout.read()
        assert process.wait(10) == code
