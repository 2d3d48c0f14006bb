"""The app as a process: in a real terminal, and served to a browser."""

from __future__ import annotations

import asyncio
import re
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

EXAMPLE = Path(__file__).resolve().parents[2] / "examples" / "chat-70b.toml"
COMMAND = [sys.executable, "-m", "planner.cli.main", "tui", str(EXAMPLE)]
ESCAPES = re.compile(r"\x1b\[[0-9;?<>=]*[A-Za-z]")


def tmux(*words: str) -> str:
    return subprocess.run(["tmux", "-L", "gpuplan-test", *words], capture_output=True, text=True, check=True).stdout


def seen(text: str, seconds: float = 30.0) -> str:
    """Wait until the terminal shows a text; what it shows then."""
    end = time.monotonic() + seconds
    while text not in (shown := tmux("capture-pane", "-p")):
        assert time.monotonic() < end, shown
        time.sleep(0.1)
    return shown


@pytest.mark.skipif(shutil.which("tmux") is None, reason="tmux is not installed")
def test_in_a_terminal() -> None:
    tmux("new-session", "-d", "-x", "100", "-y", "30", *COMMAND)
    try:
        first = seen("an hour")
        tmux("send-keys", "Tab")
        time.sleep(0.5)  # the focus moves before the next key of a user comes
        tmux("send-keys", "+", "+", "+")
        seen("requests/s  16")
        assert seen("an hour").split("\n")[2] != first.split("\n")[2]
        tmux("send-keys", "F3")
        seen("on the front")
        tmux("send-keys", "F1")
        seen("undo and redo")
        tmux("send-keys", "Escape", "C-q")
        end = time.monotonic() + 20
        while subprocess.run(["tmux", "-L", "gpuplan-test", "ls"], capture_output=True).returncode == 0:
            assert time.monotonic() < end, "the app did not leave"
            time.sleep(0.1)
    finally:
        subprocess.run(["tmux", "-L", "gpuplan-test", "kill-server"], capture_output=True)


async def test_served_to_a_browser_on_loopback() -> None:
    aiohttp = pytest.importorskip("aiohttp", reason="the extra `web` is not installed")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    server = subprocess.Popen(
        [*COMMAND, "--web", "--port", str(port)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        await _until(lambda: _open(port))
        async with aiohttp.ClientSession() as client:
            async with client.get(f"http://127.0.0.1:{port}/") as page:
                assert page.status == 200
                assert "textual" in await page.text()
            async with client.ws_connect(f"http://127.0.0.1:{port}/ws?width=100&height=30") as stream:
                await stream.send_json(["resize", {"width": 100, "height": 30}])
                drawn = ""
                while "an hour" not in ESCAPES.sub("", drawn):
                    message = await asyncio.wait_for(stream.receive(), 30)
                    if message.type == aiohttp.WSMsgType.BINARY:
                        drawn += message.data.decode("utf-8", "ignore")
                assert "requests/s" in ESCAPES.sub("", drawn)
    finally:
        server.terminate()
        server.wait(10)


async def _until(true: Callable[[], bool]) -> None:
    for _ in range(300):
        if true():
            return
        await asyncio.sleep(0.1)
    raise AssertionError("never came to hold")


def _open(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0
