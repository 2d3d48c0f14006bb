"""Who is refused, and why."""

from __future__ import annotations

import aiohttp
import pytest

from tests.tui.web.conftest import Asked, Serve
from tui.web.access import NO_TOKEN, WRONG_HOST, WRONG_ORIGIN
from tui.web.site import Public


async def text_of(asked: Asked, path: str, status: int = 403, **headers: str) -> str:
    async with asked.client.get(path, headers=headers, allow_redirects=False) as answer:
        assert answer.status == status
        return await answer.text()


async def refused(asked: Asked, path: str = "/ws", **headers: str) -> int:
    """The status of a WebSocket that is not opened."""
    with pytest.raises(aiohttp.WSServerHandshakeError) as found:
        await asked.client.ws_connect(path, headers=headers)
    return found.value.status


@pytest.mark.parametrize("path", ["/", "/static/textual.js", "/nothing"])
async def test_nothing_is_shown_without_the_token(serve: Serve, path: str) -> None:
    assert await text_of(await serve(), path) == NO_TOKEN


@pytest.mark.parametrize("given", ["", "x", "\u00e9\u4e2d", "0" * 5000])
async def test_a_wrong_token_opens_nothing(serve: Serve, given: str) -> None:
    asked = await serve()
    assert await text_of(asked, f"/?token={given}") == NO_TOKEN
    assert await refused(asked, f"/ws?token={given}", Origin=asked.origin) == 403


async def test_part_of_the_token_and_two_tokens_open_nothing(serve: Serve) -> None:
    asked = await serve()
    assert await text_of(asked, f"/?token={asked.site.token[:-1]}") == NO_TOKEN
    assert await text_of(asked, f"/?token={asked.site.token}&token=x") == NO_TOKEN


async def test_each_server_has_a_token_of_256_bits(serve: Serve) -> None:
    first, second = await serve(), await serve()
    assert first.site.token != second.site.token
    assert len(first.site.token) == 43
    assert first.site.token not in repr(first.site)


async def test_the_token_moves_to_a_cookie_and_leaves_the_address(serve: Serve) -> None:
    asked = await serve()
    async with asked.client.get(f"/?token={asked.site.token}&fontsize=20", allow_redirects=False) as moved:
        assert (moved.status, moved.headers["Location"]) == (303, "./?fontsize=20")
        cookie = moved.headers["Set-Cookie"]
        assert "HttpOnly" in cookie
        assert "SameSite=Strict" in cookie
    async with asked.client.get("/") as page:
        assert page.status == 200
        assert asked.site.token not in await page.text()
    socket = await asked.client.ws_connect("/ws", headers={"Origin": asked.origin})
    assert b"pid" in await socket.receive_bytes()
    await socket.close()


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1", "127.0.0.1:1", "127.0.0.1.evil.example:80", "", "[::1"])
async def test_a_forged_host_is_refused_even_with_the_token(serve: Serve, host: str) -> None:
    asked = await serve()
    assert await text_of(asked, f"/?token={asked.site.token}", Host=host) == WRONG_HOST
    path = f"/ws?token={asked.site.token}"
    assert await refused(asked, path, Host=host, Origin=f"http://{host}") == 403


async def test_localhost_is_a_name_of_the_loopback(serve: Serve) -> None:
    asked = await serve()
    await text_of(asked, f"/?token={asked.site.token}", 303, Host=f"localhost:{asked.site.port}")


async def test_two_hosts_are_none(serve: Serve) -> None:
    asked = await serve()
    host = f"127.0.0.1:{asked.site.port}"
    found = await asked.raw(f"GET / HTTP/1.1\r\nHost: {host}\r\nHost: evil.example")
    assert found.split()[1] in (b"400", b"403")


@pytest.mark.parametrize(
    "origin", ["http://evil.example", "null", "http://127.0.0.1:1", "https://127.0.0.1:{port}", ""]
)
async def test_a_page_of_another_origin_opens_no_socket(serve: Serve, origin: str) -> None:
    asked = await serve()
    given = origin.replace("{port}", str(asked.site.port))
    assert await refused(asked, f"/ws?token={asked.site.token}", Origin=given) == 403
    assert await text_of(asked, f"/?token={asked.site.token}", Origin=given) == WRONG_ORIGIN


async def test_the_origin_is_that_of_the_host(serve: Serve) -> None:
    """Another program may listen on the same port of another address of this machine."""
    asked = await serve()
    path = f"/ws?token={asked.site.token}"
    assert await refused(asked, path, Origin=f"http://localhost:{asked.site.port}") == 403


async def test_no_socket_without_an_origin(serve: Serve) -> None:
    asked = await serve()
    assert await refused(asked, f"/ws?token={asked.site.token}") == 403


async def test_no_socket_without_the_token(serve: Serve) -> None:
    asked = await serve()
    assert await refused(asked, Origin=asked.origin) == 403


async def test_only_reading_methods_are_taken(serve: Serve) -> None:
    asked = await serve()
    async with asked.client.post(f"/?token={asked.site.token}") as answer:
        assert answer.status == 405


async def test_behind_a_proxy_its_name_and_its_origin_are_taken(serve: Serve) -> None:
    asked = await serve(public=Public.read("https://gpu.example:443/planner"))
    token = asked.site.token
    async with asked.client.get(f"/?token={token}", headers={"Host": "gpu.example"}, allow_redirects=False) as moved:
        assert moved.status == 303
        assert "Secure" in moved.headers["Set-Cookie"]
        assert "Path=/planner/" in moved.headers["Set-Cookie"]
    for host in ("gpu.example", f"127.0.0.1:{asked.site.port}"):
        socket = await asked.open(Host=host, Origin="https://gpu.example")
        await socket.close()
    assert await refused(asked, f"/ws?token={token}", Host="gpu.example", Origin="http://gpu.example") == 403
    assert asked.site.address == f"https://gpu.example/planner/?token={token}"
