"""Sessions: how many, how long, and what a browser may send to one."""

from __future__ import annotations

import asyncio
import os
import time
from typing import Any

import aiohttp
import pytest

from tests.tui.web.conftest import Asked, Serve
from tui.web import sessions
from tui.web.wire import MOST_BYTES


async def pid_of(socket: Any) -> int:
    return int((await socket.receive_bytes(timeout=10)).split()[1])


def alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


async def gone(pid: int) -> None:
    for _ in range(100):
        if not alive(pid):
            return
        await asyncio.sleep(0.05)
    raise AssertionError("the process is still there")


async def ended(socket: Any) -> int | None:
    """The code that a socket is closed with."""
    while (await socket.receive(timeout=10)).type not in (aiohttp.WSMsgType.CLOSE, aiohttp.WSMsgType.CLOSED):
        pass
    code: int | None = socket.close_code
    return code


async def test_keys_sizes_and_focus_reach_the_process(serve: Serve) -> None:
    socket = await (await serve()).open()
    await pid_of(socket)
    for sent, drawn in (
        (["stdin", "a\u00e9\ud800"], b"Da\xc3\xa9?"),
        (["resize", {"width": 100, "height": 30}], b'M{"type": "resize", "width": 100, "height": 30}'),
        (["resize", {"width": 10**9, "height": -5}], b'M{"type": "resize", "width": 500, "height": 1}'),
        (["blur"], b'M{"type": "blur"}'),
        (["focus"], b'M{"type": "focus"}'),
    ):
        await socket.send_json(sent)
        assert await socket.receive_bytes(timeout=10) == drawn
    await socket.send_json(["ping", "1"])
    assert await socket.receive_json(timeout=10) == ["pong", "1"]
    await socket.close()


async def test_one_browser_too_many_is_refused_and_reads_why(serve: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sessions, "ROOM_S", 0.2)
    asked = await serve(sessions=2)
    open_ = [await asked.open() for _ in range(2)]
    pids = [await pid_of(socket) for socket in open_]
    with pytest.raises(aiohttp.WSServerHandshakeError) as found:
        await asked.open()
    assert found.value.status == 503
    async with asked.client.get(f"/?token={asked.site.token}") as page:
        assert page.status == 503
        assert "All 2 sessions" in await page.text()
    await open_[0].close()
    await gone(pids[0])
    another = await asked.open()
    await another.close()
    await open_[1].close()


async def test_a_page_loaded_anew_waits_for_its_former_session(serve: Serve) -> None:
    asked = await serve(sessions=1)
    socket = await asked.open()
    await pid_of(socket)
    asking = asyncio.create_task(_status(asked))
    await asyncio.sleep(0.2)
    await socket.close()
    assert await asking == 200


async def _status(asked: Asked) -> int:
    async with asked.client.get(f"/?token={asked.site.token}") as page:
        return page.status


async def test_an_idle_session_ends_with_its_process(serve: Serve) -> None:
    asked = await serve(idle_s=1.0)
    socket = await asked.open()
    pid, begun_s = await pid_of(socket), time.monotonic()
    for _ in range(3):  # who types stays; who only answers pings does not
        await asyncio.sleep(0.25)
        await socket.send_json(["stdin", "a"])
    await socket.send_json(["ping", "1"])
    assert await ended(socket) == aiohttp.WSCloseCode.GOING_AWAY
    assert time.monotonic() - begun_s > 1.5
    await gone(pid)


async def test_a_message_that_is_too_long_ends_the_session(serve: Serve) -> None:
    socket = await (await serve()).open()
    pid = await pid_of(socket)
    await socket.send_str("x" * (MOST_BYTES + 1))
    assert await ended(socket) == aiohttp.WSCloseCode.MESSAGE_TOO_BIG
    await gone(pid)


@pytest.mark.parametrize(
    "text",
    ["", "{}", "[]", '["stdin"]', '["stdin", 5]', '["resize", {"width": "a", "height": 2}]', '["resize", [1, 2]]',
     '["resize", {"width": NaN, "height": 2}]', '["quit"]', "[" * 60_000, '["stdin", "a", "b"]', "\x00"],
)  # fmt: skip
async def test_what_no_page_sends_ends_the_session(serve: Serve, text: str) -> None:
    socket = await (await serve()).open()
    pid = await pid_of(socket)
    await socket.send_str(text)
    assert await ended(socket) == aiohttp.WSCloseCode.POLICY_VIOLATION
    await gone(pid)


async def test_bytes_end_the_session(serve: Serve) -> None:
    socket = await (await serve()).open()
    await pid_of(socket)
    await socket.send_bytes(b"D\x00\x00\x00\x01a")
    assert await ended(socket) == aiohttp.WSCloseCode.POLICY_VIOLATION


async def test_messages_pass_at_a_bounded_rate_and_none_is_lost(serve: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sessions, "MESSAGES_PER_S", 50.0)
    socket = await (await serve()).open()
    await pid_of(socket)
    begun_s = time.monotonic()
    for n in range(120):
        await socket.send_json(["stdin", f"{n};"])
    drawn = b""
    while b"119;" not in drawn:
        drawn += await socket.receive_bytes(timeout=10)
    assert time.monotonic() - begun_s > 1.0  # 50 at once, 70 at 50 a second
    assert drawn.replace(b"D", b"") == b"".join(b"%d;" % n for n in range(120))
    await socket.close()


async def test_the_socket_closes_when_the_process_leaves(serve: Serve) -> None:
    socket = await (await serve()).open()
    pid = await pid_of(socket)
    await socket.send_json(["stdin", "leave"])
    assert await ended(socket) == aiohttp.WSCloseCode.OK
    await gone(pid)


async def test_a_process_that_dies_is_one_line_of_the_server(serve: Serve, caplog: pytest.LogCaptureFixture) -> None:
    asked = await serve()
    socket = await asked.open()
    pid = await pid_of(socket)
    await socket.send_json(["stdin", "die"])
    await ended(socket)
    await gone(pid)
    for _ in range(100):
        if caplog.text:
            break
        await asyncio.sleep(0.05)
    assert "exit code 1: died of it" in caplog.text


async def test_a_browser_that_is_cut_off_leaves_no_process(serve: Serve) -> None:
    socket = await (await serve()).open()
    pid = await pid_of(socket)
    socket.get_extra_info("socket").shutdown(2)
    await gone(pid)


@pytest.mark.parametrize("size", ["width=x", "width=1&height=", "height=1e3"])
async def test_a_size_that_is_none_starts_nothing(serve: Serve, size: str) -> None:
    asked = await serve()
    with pytest.raises(aiohttp.WSServerHandshakeError) as found:
        await asked.client.ws_connect(f"/ws?token={asked.site.token}&{size}", headers={"Origin": asked.origin})
    assert found.value.status == 400
