"""Addresses: what was bound, and what a proxy serves it under."""

from __future__ import annotations

from pathlib import Path

import pytest

from planner.errors import InputError
from tui.web.headers import sockets
from tui.web.site import Public, Site


def site(host: str, port: int = 8000, public: str | None = None) -> Site:
    return Site(command=("true",), root=Path(), host=host, port=port, public=Public.read(public) if public else None)


@pytest.mark.parametrize(
    ("host", "local", "taken", "refused"),
    [
        ("127.0.0.1", "127.0.0.1", {"127.0.0.1:8000", "localhost:8000"}, {"[::1]:8000", "127.0.0.1"}),
        ("::1", "::1", {"[::1]:8000", "localhost:8000"}, {"::1:8000", "127.0.0.1:8000"}),
        ("0.0.0.0", "10.0.0.7", {"10.0.0.7:8000"}, {"0.0.0.0:8000", "10.0.0.8:8000"}),
        ("::", "::ffff:127.0.0.1", {"127.0.0.1:8000", "localhost:8000"}, {"[::]:8000"}),
        ("Box.example", "10.0.0.7", {"box.example:8000", "10.0.0.7:8000"}, {"evil.example:8000", "box.example"}),
    ],
)
def test_hosts_are_the_bound_ones(host: str, local: str, taken: set[str], refused: set[str]) -> None:
    found = site(host).hosts(local, site(host).names)
    assert taken <= found
    assert not refused & found


def test_the_machine_s_name_is_taken_on_all_addresses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("socket.gethostname", lambda: "Box")
    monkeypatch.setattr("socket.getfqdn", lambda: "box.example")
    here = site("0.0.0.0", 80)
    assert {"box", "box:80", "box.example"} <= here.hosts("10.0.0.7", here.names)
    assert here.address.startswith("http://box:80/?token=")


@pytest.mark.parametrize(("host", "loopback"), [
    ("127.0.0.1", True), ("127.9.9.9", True), ("::1", True), ("localhost", True), ("0.0.0.0", False), ("", False),
    ("::", False), ("10.0.0.7", False), ("box", False),
])  # fmt: skip
def test_what_other_machines_reach_is_known(host: str, loopback: bool) -> None:
    assert site(host).loopback is loopback


@pytest.mark.parametrize("text", [
    "", "gpu.example", "ftp://gpu.example", "https://", "https://a b", "https://u:p@gpu.example", "https://x:99999",
    "https://x/?a=1", "https://x/#a", "https://x;y", "https://[::1", "javascript:alert(1)",
])  # fmt: skip
def test_a_public_address_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(InputError, match="--public-url"):
        Public.read(text)


def test_behind_a_proxy_the_page_may_open_its_socket() -> None:
    here = site("127.0.0.1", public="https://GPU.example/planner")
    assert here.public == Public("https", "gpu.example", "/planner/")
    assert sockets(here, "gpu.example") == ("wss://gpu.example",)
    assert sockets(here, "127.0.0.1:8000") == ("ws://127.0.0.1:8000", "wss://gpu.example")
