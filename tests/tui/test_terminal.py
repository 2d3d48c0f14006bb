"""The app as a process in a real terminal."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest

QUESTION = Path(__file__).resolve().parent / "small.toml"
COMMAND = [sys.executable, "-m", "planner.cli.main", "tui", str(QUESTION)]
# Tests run side by side: each process has a server of its own.
SOCKET = f"gpuplan-test-{os.getpid()}"


def tmux(*words: str) -> str:
    return subprocess.run(["tmux", "-L", SOCKET, *words], capture_output=True, text=True, check=True).stdout


def seen(text: str, seconds: float = 30.0) -> str:
    """Wait until the terminal shows a text; what it shows then."""
    end = time.monotonic() + seconds
    while text not in (shown := tmux("capture-pane", "-p")):
        assert time.monotonic() < end, shown
        time.sleep(0.1)
    return shown


def dollars(shown: str) -> str:
    return next((line for line in shown.split("\n") if "an hour" in line), "")


@pytest.mark.skipif(shutil.which("tmux") is None, reason="tmux is not installed")
def test_in_a_terminal() -> None:
    tmux("new-session", "-d", "-x", "100", "-y", "30", *COMMAND)
    try:
        first = seen("an hour")
        tmux("send-keys", "+", "+", "+")
        seen("16 of ")
        end = time.monotonic() + 20
        while dollars(tmux("capture-pane", "-p")) == dollars(first):
            assert time.monotonic() < end, "the answer never changed"
            time.sleep(0.1)
        tmux("send-keys", "F3")
        seen("N native")
        tmux("send-keys", "F1")
        seen("Letters are keys")
        tmux("send-keys", "Escape", "C-q")
        end = time.monotonic() + 20
        while subprocess.run(["tmux", "-L", SOCKET, "ls"], capture_output=True).returncode == 0:
            assert time.monotonic() < end, "the app did not leave"
            time.sleep(0.1)
    finally:
        subprocess.run(["tmux", "-L", SOCKET, "kill-server"], capture_output=True)
