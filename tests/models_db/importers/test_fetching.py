from __future__ import annotations

from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from urllib.error import HTTPError
from urllib.request import Request

import pytest

from models_db.importers.fetching import _Redirects, fetched
from planner.errors import ModelError


class Host(BaseHTTPRequestHandler):
    """Sends 1,000 bytes, in parts where asked to, and redirects."""

    def do_GET(self) -> None:
        if self.path.startswith("/to/"):
            self.send_response(302)
            self.send_header("Location", self.path[4:])
            self.end_headers()
            return
        self.send_response(404 if self.path == "/none" else 200)
        if self.path == "/stated":
            self.send_header("Content-Length", "1000")
        self.end_headers()
        if self.path != "/none":
            self.wfile.write(b"x" * 1000)

    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.fixture
def host() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Host)
    Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


@pytest.mark.parametrize("path", ["/stated", "/unstated"])
def test_a_file_is_bounded_by_what_is_sent_whatever_is_stated(host: str, path: str) -> None:
    assert fetched(host + path, most=1000) == b"x" * 1000
    assert fetched(host + path, most=10, whole=False) == b"x" * 10
    with pytest.raises(ModelError, match="larger than 999 bytes"):
        fetched(host + path, most=999)


def test_what_is_not_there_is_none_and_a_host_without_parts_is_said(host: str) -> None:
    assert fetched(f"{host}/none", most=10) is None
    with pytest.raises(ModelError, match="sends no parts"):
        fetched(f"{host}/stated", most=10, start=5)


def test_redirects_are_followed_to_the_web_only(host: str) -> None:
    assert fetched(f"{host}/to//stated", most=1000) == b"x" * 1000
    for place in ("file:///etc/passwd", "ftp://127.0.0.1/x"):
        with pytest.raises((ModelError, HTTPError), match=r"[Rr]edirect"):
            fetched(f"{host}/to/{place}", most=1000)


@pytest.mark.parametrize(
    ("to", "sent"),
    [("https://hub.example/b", True), ("https://cdn.example/b", False), ("https://hub.example:444/b", False)],
)
def test_a_token_is_not_sent_on_to_another_host(to: str, sent: bool) -> None:
    asked = Request("https://hub.example/a", headers={"Authorization": "Bearer x", "Range": "bytes=0-1"})
    told = _Redirects().redirect_request(asked, None, 302, "", None, to)  # type: ignore[arg-type]
    assert ("Authorization" in told.headers) is sent
    assert told.headers["Range"] == "bytes=0-1"


def test_no_token_is_sent_without_encryption_nor_from_https_to_http() -> None:
    asked = Request("https://hub.example/a", headers={"Authorization": "Bearer x"})
    with pytest.raises(ModelError, match="from https to http"):
        _Redirects().redirect_request(asked, None, 302, "", None, "http://hub.example/a")  # type: ignore[arg-type]
