"""The command as a process: it draws, writes below its root only, and leaves nothing behind."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import aiohttp
import pytest

from tests.consistency.drawn import TORTURE
from tests.tui.web.conftest import free_port
from tests.tui.web.served import Page, page, served, until


def gone(pids: list[int]) -> bool:
    return not any(Path(f"/proc/{pid}").exists() for pid in pids)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL] if TORTURE else [signal.SIGTERM])
async def test_the_app_draws_takes_keys_imports_nothing_of_its_root_and_ends_with_its_server(
    tmp_path: Path, number: signal.Signals
) -> None:
    (tmp_path / "numpy.py").write_text("raise SystemExit('a stranger ran')\n", encoding="utf-8")
    with served(tmp_path) as server:
        async with page(server) as app:
            assert "requests/s" in await app.shows("an hour")
            await app.keys("\x1bOP")
            await app.shows("undo and redo")
            children = server.children()
            assert len(children) == 1
            begun_s = time.monotonic()
            server.process.send_signal(number)
            await until(lambda: server.process.poll() is not None and gone(children))
            assert time.monotonic() - begun_s < 8.0, "a browser that stays kept the server"
            assert server.process.returncode == (0 if number != signal.SIGKILL else -signal.SIGKILL)


async def test_a_session_saves_below_its_root_and_nowhere_else(tmp_path: Path) -> None:
    root, elsewhere = tmp_path / "root", tmp_path / "elsewhere"
    root.mkdir()
    elsewhere.mkdir()
    (elsewhere / "secret.toml").write_text("model = 'a secret'\n", encoding="utf-8")
    (root / "link").symlink_to(elsewhere)
    before = sorted(tmp_path.rglob("*"))
    with served(root) as server:
        async with page(server) as app:
            await app.shows("an hour")
            outside = [f"{elsewhere}/w.toml", "link/w.toml", "../elsewhere/w.toml", "~/w.toml", "/dev/null"]
            for path in outside if TORTURE else outside[:2]:
                await save(app, path)
                await app.shows("outside")
            for path in ("numpy.py", ".hidden.toml", ".ssh/w.toml") if TORTURE else ["numpy.py"]:
                await save(app, path)
                await app.shows("here")
            assert sorted(tmp_path.rglob("*")) == before
            await answered(app, "\x0f", "Open a workload", f"{elsewhere}/secret.toml")
            assert "a secret" not in await app.shows("outside")
            await save(app, "kept/w.toml")
            await until((root / "kept" / "w.toml").exists)
    assert sorted(set(tmp_path.rglob("*")) - set(before)) == [root / "kept", root / "kept" / "w.toml"]


async def save(app: Page, path: str) -> None:
    await answered(app, "\x13", "Save the workload as", path)


async def answered(app: Page, key: str, question: str, path: str) -> None:
    """Open a dialog, clear what it offers as a user would, and give it a path."""
    await app.rest()
    await app.keys(key)
    await app.shows(question)
    await app.rest()
    await app.keys("\x15")
    await app.rest()
    await app.keys(f"{path}\r")


async def test_fifty_browsers_get_as_many_sessions_as_there_may_be(tmp_path: Path) -> None:
    """One, whose process takes a second; two with GPUPLAN_TORTURE=1."""
    most = 2 if TORTURE else 1
    with served(tmp_path, "--sessions", str(most)) as server:
        async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as client:

            async def ask() -> aiohttp.ClientWebSocketResponse | int:
                try:
                    return await client.ws_connect(
                        f"{server.origin}/ws?token={server.token}", headers={"Origin": server.origin}
                    )
                except aiohttp.WSServerHandshakeError as error:
                    return error.status

            found = await asyncio.gather(*(ask() for _ in range(50)))
            open_ = [socket for socket in found if not isinstance(socket, int)]
            assert len(open_) == most
            assert [status for status in found if isinstance(status, int)] == [503] * (50 - most)
            children = server.children()
            assert len(children) == most
            await asyncio.gather(*(socket.receive_bytes(timeout=30) for socket in open_))
            assert max(resident_mb(pid) for pid in [*children, server.process.pid]) < 500
            await asyncio.gather(*(socket.close() for socket in open_))
        await until(lambda: gone(children) and not server.children())


def resident_mb(pid: int) -> float:
    pages = int(Path(f"/proc/{pid}/statm").read_text(encoding="ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


def test_beyond_the_loopback_there_is_one_line_of_warning(tmp_path: Path) -> None:
    words = ["--host", "0.0.0.0", "--port", str(free_port()), "--root", str(tmp_path)]
    with subprocess.Popen(
        [sys.executable, "-m", "planner.cli.main", "tui", "--web", *words], stdout=subprocess.PIPE,
        stderr=subprocess.PIPE, text=True,
    ) as process:  # fmt: skip
        assert process.stdout is not None
        assert process.stderr is not None
        assert "token=" in process.stdout.readline()
        process.terminate()
        said = process.stderr.read()
    assert said.startswith("gpuplan: warning: 0.0.0.0 ")
    assert said.count("\n") == 1


FAULTY = """
from tui.session import Session

def broken(self):
    raise RuntimeError("not foreseen")

Session.undo = broken
"""


async def test_a_fault_of_a_session_is_one_line_and_a_report(tmp_path: Path) -> None:
    root, state, faulty = tmp_path / "root", tmp_path / "state", tmp_path / "faulty"
    for folder in (root, faulty):
        folder.mkdir()
    (faulty / "sitecustomize.py").write_text(FAULTY, encoding="utf-8")
    path = os.pathsep.join([str(faulty), str(Path(__file__).resolve().parents[3])])
    environment = {"PYTHONPATH": path, "XDG_STATE_HOME": str(state), "GPUPLAN_TRACEBACK": "1"}
    with (tmp_path / "said").open("w+", encoding="utf-8") as said, served(root, said=said, **environment) as server:
        async with page(server) as app:
            await app.shows("an hour")
            await app.keys("\x1a")
            assert "Traceback" not in await app.closed()
        await until(lambda: (tmp_path / "said").stat().st_size and not server.children())
    lines = (tmp_path / "said").read_text(encoding="utf-8").splitlines()
    report = state / "gpuplan" / "faults" / "fault-0001.txt"
    assert len(lines) == 1
    assert lines[0].startswith(
        "gpuplan: web: a session ended with exit code 70: gpuplan: a fault of the program: Runtime"
    )
    assert lines[0].endswith(f"please send the report {report}")
    assert "RuntimeError: not foreseen" in report.read_text(encoding="utf-8")
    assert not list(root.iterdir())
