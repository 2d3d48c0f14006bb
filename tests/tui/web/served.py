"""The command `gpuplan tui --web` as a process, and what a browser would do with it."""

from __future__ import annotations

import asyncio
import os
import re
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from pathlib import Path
from typing import Any, TextIO

import aiohttp

from tests.tui.web.conftest import free_port

QUESTION = Path(__file__).resolve().parents[1] / "small.toml"
ESCAPES = re.compile(r"\x1b\[[0-9;?<>=]*[A-Za-z]")


class Served:
    """A server that runs: its process, its port and its token."""

    def __init__(self, process: subprocess.Popen[str], port: int) -> None:
        assert process.stdout is not None
        self.process, self.port = process, port
        self.url = process.stdout.readline().split()[-1]
        self.origin, _, self.token = self.url.partition("/?token=")

    def children(self) -> list[int]:
        found = subprocess.run(["ps", "-o", "pid=", "--ppid", str(self.process.pid)], capture_output=True, text=True)
        return [int(pid) for pid in found.stdout.split()]


@contextmanager
def served(root: Path, *flags: str, said: TextIO | int = subprocess.DEVNULL, **environment: str) -> Iterator[Served]:
    """The app on a free port of the loopback."""
    port = free_port()
    command = [sys.executable, "-m", "planner.cli.main", "tui", str(QUESTION), "--web", "--root", str(root)]
    process = subprocess.Popen(
        [*command, "--port", str(port), *flags], stdout=subprocess.PIPE, stderr=said, text=True,
        env={**os.environ, **environment},
    )  # fmt: skip
    with process:
        try:
            yield Served(process, port)
        finally:
            process.terminate()


class Page:
    """A browser's socket, and all that it was told to draw."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        self.socket, self._drawn = socket, ""

    async def keys(self, text: str) -> None:
        await self.socket.send_json(["stdin", text])

    async def rest(self, most_s: float = 0.4, quiet_s: float = 0.15) -> None:
        """Let it draw until nothing more comes, and forget what it drew."""
        end_s = time.monotonic() + most_s
        with suppress(TimeoutError):
            while time.monotonic() < end_s:
                await asyncio.wait_for(self.socket.receive(), quiet_s)
        self._drawn = ""

    async def closed(self) -> str:
        """All that it draws until the server closes it."""
        while (message := await self.socket.receive(timeout=30)).type is aiohttp.WSMsgType.BINARY:
            self._drawn += message.data.decode("utf-8", "ignore")
        assert message.type in (aiohttp.WSMsgType.CLOSE, aiohttp.WSMsgType.CLOSED)
        return ESCAPES.sub("", self._drawn)

    async def shows(self, text: str) -> str:
        """Wait for a text that is drawn after what was waited for before."""
        end_s = time.monotonic() + 30.0
        while text not in (plain := ESCAPES.sub("", self._drawn)):
            assert time.monotonic() < end_s, plain[-2000:]
            message = await asyncio.wait_for(self.socket.receive(), 30)
            assert message.type is not aiohttp.WSMsgType.CLOSE, plain[-2000:]
            assert message.type is not aiohttp.WSMsgType.CLOSED, plain[-2000:]
            if message.type is aiohttp.WSMsgType.BINARY:
                self._drawn += message.data.decode("utf-8", "ignore")
        self._drawn = ""
        return plain


@asynccontextmanager
async def page(server: Served, **headers: str) -> AsyncIterator[Page]:
    address = f"{server.origin}/ws?width=120&height=40&token={server.token}"
    async with (
        aiohttp.ClientSession() as client,
        client.ws_connect(address, headers={"Origin": server.origin} | headers) as socket,
    ):
        yield Page(socket)


async def until(true: Callable[[], Any], seconds: float = 30.0) -> None:
    for _ in range(int(seconds / 0.1)):
        if true():
            return
        await asyncio.sleep(0.1)
    raise AssertionError("never came to hold")
