"""The app as a process: in a real terminal, and served to a browser."""

from __future__ import annotations

import asyncio
import itertools
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

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
        end = time.monotonic() + 20
        while tmux("capture-pane", "-p").split("\n")[2] == first.split("\n")[2]:
            assert time.monotonic() < end, "the answer never changed"
            time.sleep(0.1)
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


@contextmanager
def served() -> Iterator[tuple[int, subprocess.Popen[bytes]]]:
    """The app on a free port of the loopback, and its process."""
    port = free_port()
    server = subprocess.Popen(
        [*COMMAND, "--web", "--port", str(port)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        yield port, server
    finally:
        server.terminate()
        server.wait(10)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


async def test_served_to_a_browser_on_loopback() -> None:
    aiohttp = pytest.importorskip("aiohttp", reason="the extra `web` is not installed")
    with served() as (port, server):
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
                begun = time.monotonic()
                server.send_signal(signal.SIGINT)
                await _until(lambda: server.poll() is not None)
                assert time.monotonic() - begun < 8.0, "a browser that stays kept the server"


CHROMIUM = os.environ.get("CHROMIUM") or next(
    filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome", "chrome"))), None
)


@pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed, and $CHROMIUM names none")
async def test_in_chromium(tmp_path: Path) -> None:
    """The page draws, and answers a key with another picture."""
    aiohttp = pytest.importorskip("aiohttp", reason="the extra `web` is not installed")
    with served() as (port, _), browsing(tmp_path) as debug:
        await _until(lambda: _open(port) and _open(debug))
        async with aiohttp.ClientSession() as client:
            async with client.get(f"http://127.0.0.1:{debug}/json") as pages:
                address = next(p["webSocketDebuggerUrl"] for p in await pages.json() if p["type"] == "page")
            async with client.ws_connect(address, max_msg_size=0) as page:
                await drive(page, f"http://127.0.0.1:{port}/")


@contextmanager
def browsing(profile: Path) -> Iterator[int]:
    """A headless browser and the port to steer it by."""
    debug = free_port()
    flags = ["--headless", "--no-sandbox", "--disable-gpu", "--no-zygote", f"--user-data-dir={profile}"]
    browser = subprocess.Popen(
        [str(CHROMIUM), *flags, f"--remote-debugging-port={debug}", "--window-size=1200,800", "about:blank"],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        yield debug
    finally:
        browser.kill()
        browser.wait(10)


async def drive(page: Any, url: str) -> None:
    """Chrome's debugging protocol: open the page, wait for the app's first bytes, press F1, compare pictures."""
    numbers = itertools.count(1)

    async def ask(method: str, **params: Any) -> dict[str, Any]:
        number = next(numbers)
        await page.send_json({"id": number, "method": method, "params": params})
        while True:
            answer = await asyncio.wait_for(page.receive_json(), 30)
            if answer.get("id") == number:
                return dict(answer["result"])

    async def holds(code: str) -> bool:
        return bool((await ask("Runtime.evaluate", expression=code))["result"].get("value"))

    async def picture() -> str:
        """Once two in a row are the same."""
        last = ""
        for _ in range(60):
            await asyncio.sleep(0.5)
            if (now := str((await ask("Page.captureScreenshot"))["data"])) == last:
                return now
            last = now
        raise AssertionError("the page never came to rest")

    await ask("Page.navigate", url=url)
    for _ in range(100):
        if await holds("document.body.classList.contains('-first-byte')"):
            break
        await asyncio.sleep(0.2)
    else:
        raise AssertionError("the app never wrote to the page")
    first = await picture()
    await ask("Runtime.evaluate", expression="document.querySelector('.xterm-helper-textarea').focus()")
    for kind in ("keyDown", "keyUp"):
        await ask("Input.dispatchKeyEvent", type=kind, key="F1", code="F1", windowsVirtualKeyCode=112)
    await asyncio.sleep(1)
    assert await picture() != first


async def _until(true: Callable[[], bool]) -> None:
    for _ in range(300):
        if true():
            return
        await asyncio.sleep(0.1)
    raise AssertionError("never came to hold")


def _open(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0
