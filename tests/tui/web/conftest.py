"""A server within the test, with a small process for each session."""

from __future__ import annotations

import asyncio
import socket
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("aiohttp", reason="the extra `web` is not installed")
from aiohttp.test_utils import TestClient, TestServer

from tui.web.server import application
from tui.web.site import Site

ECHO = (sys.executable, str(Path(__file__).with_name("echo.py")))
Client = TestClient[Any, Any]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Alike(TestServer):
    """As the real one: it lets a session end by itself when its browser leaves, where aiohttp's cancels it."""

    async def _make_runner(self, **settings: Any) -> Any:
        return await super()._make_runner(**settings | {"handler_cancellation": False})


class Asked:
    """A server of the test, and how a page of its own asks."""

    def __init__(self, site: Site, client: Client) -> None:
        self.site, self.client = site, client
        self.origin = f"http://127.0.0.1:{site.port}"

    async def open(self, **headers: str) -> Any:
        """A WebSocket with the token, from a page of the server's own unless `headers` say otherwise."""
        return await self.client.ws_connect(f"/ws?token={self.site.token}", headers={"Origin": self.origin} | headers)

    async def raw(self, head: str) -> bytes:
        """The answer to bytes that no client library would send."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self.site.port)
        writer.write(f"{head}\r\nConnection: close\r\n\r\n".encode("latin-1"))
        found = await asyncio.wait_for(reader.read(2**16), 10)
        writer.close()
        return found


Serve = Callable[..., Awaitable[Asked]]


@pytest.fixture
async def serve(tmp_path: Path) -> AsyncIterator[Serve]:
    async with AsyncExitStack() as stack:

        async def start(**settings: Any) -> Asked:
            site = Site(**{"command": ECHO, "root": tmp_path, "port": free_port(), **settings})
            server = Alike(application(site), host="127.0.0.1", port=site.port)
            client = await stack.enter_async_context(TestClient(server))
            return Asked(site, client)

        yield start
