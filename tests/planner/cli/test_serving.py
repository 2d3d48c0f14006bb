"""The flags of `gpuplan tui --web`, and what starts of them."""

from __future__ import annotations

import socket
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.planner.cli.conftest import run

pytest.importorskip("aiohttp", reason="the extra `web` is not installed")
from tui.web import server

EXAMPLE = Path(__file__).resolve().parents[3] / "examples" / "chat-70b.toml"


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """The servers that would run."""
    found: list[Any] = []

    def start(site: Any, ready: Any) -> None:
        found.append(site)
        ready()

    monkeypatch.setattr(server, "serve", start)
    return found


@pytest.mark.parametrize(
    ("flag", "value"),
    [("--port", "0"), ("--port", "65536"), ("--port", "http"), ("--sessions", "0"), ("--sessions", "-1"),
     ("--idle", "0"), ("--idle", "nan"), ("--public-url", "gpu.example"), ("--public-url", "https://x/?a=1"),
     ("--public-url", ""), ("--root", "no/such/folder"), ("--root", str(EXAMPLE)), ("--workload", "no/such.toml"),
     ("--catalog", "no/such/folder")],
)  # fmt: skip
def test_a_wrong_flag_is_one_line_that_names_it(
    capsys: pytest.CaptureFixture[str], started: list[Any], flag: str, value: str
) -> None:
    code, out, err = run(capsys, "tui", "--web", flag, value)
    assert (code, out, err.count("\n")) == (2, "", 1)
    assert (value if flag == "--workload" else flag) in err
    assert not started


def test_without_the_extra_it_says_what_to_install(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in [name for name in sys.modules if name.startswith("tui.web")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "aiohttp", None)
    code, out, err = run(capsys, "tui", "--web")
    assert (code, out, err.count("\n")) == (2, "", 1)
    assert "pip install 'gpuplan[web]'" in err


def test_without_the_terminal_of_the_page_it_says_what_to_install(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "textual_serve", None)
    code, out, err = run(capsys, "tui", "--web")
    assert (code, out, err.count("\n")) == (2, "", 1)
    assert "pip install 'gpuplan[web]'" in err


def test_a_port_in_use_is_an_error_of_the_system(capsys: pytest.CaptureFixture[str]) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        code, out, err = run(capsys, "tui", "--web", "--port", str(taken.getsockname()[1]))
    assert (code, out, err.count("\n")) == (74, "", 1)
    assert "in use" in err


def test_a_host_that_is_none_is_an_error_of_the_system(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, err = run(capsys, "tui", "--web", "--host", "no.such.host.invalid")
    assert (code, out, err.count("\n")) == (74, "", 1)
    assert "--host no.such.host.invalid" in err


def test_the_address_is_printed_and_sessions_start_with_the_same_question(
    capsys: pytest.CaptureFixture[str], started: list[Any], tmp_path: Path
) -> None:
    words = ["-w", str(EXAMPLE), "-m", "Qwen/Qwen3-32B", "-g", "H100", "-g", "L40S", "--root", str(tmp_path)]
    code, out, err = run(capsys, "tui", "--web", "--port", "8123", "--sessions", "3", "--idle", "7", *words)
    assert (code, err) == (0, "")
    (site,) = started
    assert out.split("\n")[0] == f"gpuplan is served at http://127.0.0.1:8123/?token={site.token}"
    assert str(tmp_path) in out.split("\n")[1]
    assert (site.sessions, site.idle_s, site.root) == (3, 420.0, tmp_path)
    own = site.command[site.command.index("tui") :]
    assert own == (
        "tui", "--root", str(tmp_path), "--workload", str(EXAMPLE), "--model", "Qwen/Qwen3-32B", "--gpu", "H100",
        "--gpu", "L40S",
    )  # fmt: skip


def test_the_root_is_the_working_directory(
    capsys: pytest.CaptureFixture[str], started: list[Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert run(capsys, "tui", "--web")[0] == 0
    assert started[0].root == tmp_path


@pytest.mark.parametrize(("host", "warned"), [("0.0.0.0", True), ("127.0.0.1", False), ("::1", False), ("::", True)])
def test_a_warning_is_given_beyond_the_loopback(
    capsys: pytest.CaptureFixture[str], started: list[Any], host: str, warned: bool
) -> None:
    code, _, err = run(capsys, "tui", "--web", "--host", host)
    assert (code, err.count("\n")) == (0, int(warned))
    assert err.startswith(f"gpuplan: warning: {host} ") is warned


def test_behind_a_proxy_the_printed_address_is_its(capsys: pytest.CaptureFixture[str], started: list[Any]) -> None:
    _, out, _ = run(capsys, "tui", "--web", "--public-url", "https://gpu.example/planner")
    assert out.startswith(f"gpuplan is served at https://gpu.example/planner/?token={started[0].token}\n")
