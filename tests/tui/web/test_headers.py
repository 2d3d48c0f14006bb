"""What a browser is told with every answer, errors included."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from aiohttp import web

from tests.tui.web.conftest import Asked, Serve
from tui.web import pages, sessions
from tui.web.headers import FIXED, harden, policy, sockets
from tui.web.server import FAULT
from tui.web.site import Public, Site


async def answer(asked: Asked, status: int, path: str, method: str = "GET", **headers: str) -> str:
    """The text of an answer, once its headers are seen to be there."""
    async with asked.client.request(method, path, headers=headers, allow_redirects=False) as found:
        assert found.status == status
        assert {name: found.headers[name] for name in FIXED} == FIXED
        assert "default-src 'self'" in found.headers["Content-Security-Policy"]
        return await found.text()


async def test_answers_of_every_kind_have_the_headers(serve: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sessions, "ROOM_S", 0.1)
    asked = await serve(sessions=0)
    token = f"?token={asked.site.token}"
    await answer(asked, 403, "/")
    await answer(asked, 403, "/", Host="evil.example")
    await answer(asked, 303, f"/{token}")
    await answer(asked, 200, "/static/page.css")
    await answer(asked, 404, "/nothing")
    await answer(asked, 405, "/", "POST")
    await answer(asked, 503, "/")
    await answer(asked, 503, f"/ws{token}", Origin=asked.origin)


async def test_a_size_that_is_none_and_a_plain_question_for_the_socket_have_them_too(serve: Serve) -> None:
    asked = await serve()
    await answer(asked, 400, f"/ws?token={asked.site.token}&width=x", Origin=asked.origin)
    await answer(asked, 400, f"/ws?token={asked.site.token}", Origin=asked.origin)


async def test_a_fault_of_the_server_is_one_line_and_says_nothing_to_the_browser(
    serve: Serve, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    asked = await serve()
    await answer(asked, 303, f"/?token={asked.site.token}")

    def broken(*given: object) -> str:
        raise RuntimeError("not foreseen")

    monkeypatch.setattr(pages, "page", broken)
    assert await answer(asked, 500, "/") == FAULT
    assert [record.getMessage() for record in caplog.records] == ["a fault at /: RuntimeError: not foreseen"]
    assert caplog.records[0].exc_info is None


def test_scripts_come_from_the_server_only() -> None:
    parts = dict(part.split(" ", 1) for part in policy(("ws://a:1", "wss://b")).split("; "))
    assert parts["connect-src"] == "ws://a:1 wss://b"
    assert parts["script-src"] == parts["default-src"] == "'self'"
    assert parts["frame-ancestors"] == parts["object-src"] == parts["base-uri"] == parts["form-action"] == "'none'"
    assert "connect-src 'none'" in policy(())


def test_a_page_opens_the_socket_of_the_name_that_it_was_asked_for_under() -> None:
    direct = Site(("true",), Path())
    assert sockets(direct, "127.0.0.1:8000") == ("ws://127.0.0.1:8000",)
    behind = Site(("true",), Path(), public=Public.read("http://gpu.example:8080/x"))
    assert sockets(behind, "gpu.example:8080") == ("ws://gpu.example:8080",)


def test_a_handshake_is_left_as_it_is() -> None:
    socket, page = web.WebSocketResponse(), web.Response()
    harden(socket)
    harden(page, ("ws://a:1",))
    assert not socket.headers
    assert re.search("connect-src ws://a:1;", page.headers["Content-Security-Policy"])
