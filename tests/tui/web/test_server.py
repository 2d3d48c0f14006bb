"""The server itself: it ends on a signal, keeps no connection that asks for nothing, and says things in one line."""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import socket
import sys
from pathlib import Path

import aiohttp
import pytest
from aiohttp import web

from tests.tui.web.conftest import ECHO, Serve, free_port
from tui.web import server
from tui.web.server import SESSIONS, OneLine, application, serve, told
from tui.web.sessions import log
from tui.web.site import Site


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_ends_it_and_nothing_of_it_stays(tmp_path: Path, number: signal.Signals) -> None:
    before = list(log.handlers), log.propagate
    opened: list[bool] = []
    site = Site(ECHO, tmp_path, port=free_port())

    def ready() -> None:
        with socket.create_connection((site.host, site.port)):
            opened.append(True)
        os.kill(os.getpid(), number)

    serve(site, ready)
    assert opened == [True]
    assert (log.handlers, log.propagate) == before


def test_a_port_in_use_is_an_error_of_the_system(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        with pytest.raises(OSError, match="in use"):
            serve(Site(ECHO, tmp_path, port=taken.getsockname()[1]), lambda: None)


async def test_connections_that_ask_for_nothing_are_closed_and_sessions_stay(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(server, "SWEEP_S", 0.1)
    site = Site(ECHO, tmp_path, port=free_port())
    app = application(site)
    runner = web.AppRunner(app)
    await runner.setup()
    sweeping = asyncio.create_task(server.sweep(runner, app[SESSIONS]))
    try:
        await web.TCPSite(runner, site.host, site.port).start()
        origin = f"http://127.0.0.1:{site.port}"
        async with (
            aiohttp.ClientSession() as client,
            client.ws_connect(f"{origin}/ws?token={site.token}", headers={"Origin": origin}) as page,
        ):
            await page.receive_bytes(timeout=10)
            silent, writer = await asyncio.open_connection(site.host, site.port)
            slow, trickle = await asyncio.open_connection(site.host, site.port)
            trickle.write(b"GET / HTTP/1.1\r\n")
            for reader in (silent, slow):
                assert await asyncio.wait_for(reader.read(), 5) == b""
            await asyncio.sleep(0.3)
            await page.send_json(["ping", "still here"])
            assert await page.receive_json(timeout=10) == ["pong", "still here"]
            writer.close()
            trickle.close()
    finally:
        sweeping.cancel()
        await runner.cleanup()


async def test_a_process_that_does_not_start_is_one_line(serve: Serve, caplog: pytest.LogCaptureFixture) -> None:
    asked = await serve(command=("/no/such/program",))
    socket = await asked.open()
    assert (await socket.receive(timeout=10)).type is aiohttp.WSMsgType.CLOSE
    assert socket.close_code == aiohttp.WSCloseCode.INTERNAL_ERROR
    assert len(caplog.records) == 1
    assert "a session failed: FileNotFoundError" in caplog.text


def test_what_it_logs_is_one_line_without_a_trace(capsys: pytest.CaptureFixture[str]) -> None:
    with told():
        try:
            raise ValueError("two\nlines and \x1b[31m colour")
        except ValueError:
            log.exception("of\n%s", "a stranger" + "!" * 5000)
        log.error("and\x07 again")
    lines = capsys.readouterr().err.split("\n")
    assert [line[:28] for line in lines] == ["gpuplan: web: of a stranger!", "gpuplan: web: and? again", ""]
    assert len(lines[0]) == server.MOST_LINE


def test_the_error_of_a_record_follows_its_message() -> None:
    try:
        raise ValueError("broken\n\x1b[0m")
    except ValueError:
        record = logging.LogRecord("x", logging.ERROR, "", 0, "a question", (), sys.exc_info())
    assert OneLine().format(record) == "gpuplan: web: a question: broken ?[0m"
