"""What is served, and with which headers."""

from __future__ import annotations

import re

import pytest

from tests.tui.web.conftest import Serve
from tui.web import pages


@pytest.mark.parametrize(
    "path",
    ["/static/", "/static", "/static/../server.py", "/static/..%2fserver.py", "/static/%2e%2e/%2e%2e/site.py",
     "/static//etc/passwd", "/static/page.html", "/download/x", "/static/..\\server.py", "//", "/etc/passwd"],
)  # fmt: skip
async def test_no_listing_and_no_path_out_of_the_list_of_files(serve: Serve, path: str) -> None:
    asked = await serve()
    head = f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{asked.site.port}\r\nCookie: gpuplan-{asked.site.port}="
    found = await asked.raw(f"{head}{asked.site.token}")
    assert found.split()[1] in (b"400", b"404")
    assert b"import" not in found
    assert b"root:" not in found


async def test_the_page_loads_nothing_from_elsewhere(serve: Serve) -> None:
    asked = await serve()
    async with asked.client.get(f"/?token={asked.site.token}") as page:
        text = await page.text()
    named = re.findall(r'(?:src|href)="([^"]+)"', text)
    assert len(named) == 5
    for name in named:
        if not name.startswith("data:,"):
            async with asked.client.get(f"/{name}") as file:
                assert file.status == 200, name
                assert file.headers["X-Content-Type-Options"] == "nosniff"
                if name.endswith(".css"):
                    assert not re.search(r"@import|url\(\s*[\"']?(?:https?:)?//", await file.text())
    assert "onclick" not in text.lower()
    assert 'content="width=device-width' in text
    assert not re.search(r"<script>|<style|style=", text)


async def test_every_answer_has_the_headers(serve: Serve) -> None:
    asked = await serve()
    for path in (f"/?token={asked.site.token}", "/", "/static/page.js", "/nothing"):
        for host in ({}, {"Host": "evil.example"}):
            async with asked.client.get(path, headers=host, allow_redirects=False) as answer:
                policy = answer.headers["Content-Security-Policy"]
                assert "default-src 'self'" in policy
                assert "frame-ancestors 'none'" in policy
                assert "unsafe-eval" not in policy
                assert "evil" not in policy
                assert re.search(r"script-src 'self'(;|$)", policy)
                assert answer.headers["X-Frame-Options"] == "DENY"
                assert answer.headers["Referrer-Policy"] == "no-referrer"
                assert answer.headers["Cache-Control"] == "no-store"


async def test_the_page_may_open_the_own_socket_only(serve: Serve) -> None:
    asked = await serve()
    async with asked.client.get(f"/?token={asked.site.token}") as page:
        assert f"connect-src ws://127.0.0.1:{asked.site.port};" in page.headers["Content-Security-Policy"]


@pytest.mark.parametrize(
    ("given", "size"), [("20", 20), ("", 16), ("999", 16), ("2", 16), ("\u00b2", 16), ('"><b', 16)]
)
def test_the_font_size_is_a_number_or_the_usual_one(given: str, size: int) -> None:
    assert f'data-font-size="{size}"' in pages.page(given, 1800.0)
