"""The process of one session, in a group of its own: packets in and out, and an end that is certain."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator
from contextlib import suppress

from tui.module_path import module_path
from tui.web.wire import Window

PRELUDE = b"__GANGLION__\n"
# The largest frame that a process may draw [bytes], and the time that it has to leave [s].
MOST_FRAME = 2**25
GRACE_S = 2.0
# What is kept of its standard error [bytes]: the line of a fault, with the path of its report.
MOST_SAID = 1000


class AppProcess:
    """A running session; made by `start`."""

    def __init__(self, process: Process) -> None:
        assert process.stdin is not None
        assert process.stdout is not None
        assert process.stderr is not None
        self._process, self._input, self._output = process, process.stdin, process.stdout
        self._said = b""
        self._listening = asyncio.create_task(self._errors(process.stderr))

    @classmethod
    async def start(cls, command: tuple[str, ...], window: Window) -> AppProcess:
        """Raises OSError where the process cannot be started."""
        process = await asyncio.create_subprocess_exec(
            *command, stdin=PIPE, stdout=PIPE, stderr=PIPE, env=_environment(window), start_new_session=True
        )
        return cls(process)

    async def keys(self, data: bytes) -> None:
        await self._send(b"D", data)

    async def tell(self, kind: str, **values: int) -> None:
        await self._send(b"M", json.dumps({"type": kind, **values}).encode())

    async def _send(self, kind: bytes, payload: bytes) -> None:
        with suppress(OSError, RuntimeError):  # a process that has ended: its output ends, too
            self._input.write(kind + len(payload).to_bytes(4, "big") + payload)
            await self._input.drain()

    async def frames(self) -> AsyncIterator[bytes]:
        """What it draws, until it leaves; requests to open pages or to hand over files are not passed on."""
        with suppress(asyncio.IncompleteReadError, OSError, ValueError):
            if await self._output.readexactly(len(PRELUDE)) != PRELUDE:
                return
            while True:
                head = await self._output.readexactly(5)
                length = int.from_bytes(head[1:], "big")
                if length > MOST_FRAME:
                    return
                payload = await self._output.readexactly(length)
                if head[:1] == b"D":
                    yield payload
                elif head[:1] == b"M" and json.loads(payload).get("type") == "exit":
                    return

    async def _errors(self, stream: asyncio.StreamReader) -> None:
        """Keep the end of what it writes to standard error."""
        while found := await stream.read(2**12):
            self._said = (self._said + found)[-MOST_SAID:]

    async def stop(self) -> tuple[int, str]:
        """Ask it to leave, then end it and what it has started; its exit code and the end of its standard error."""
        try:
            with suppress(TimeoutError):
                async with asyncio.timeout(GRACE_S):
                    await self.tell("quit")
                    await self._left()
        finally:
            with suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGKILL)
            self._input.close()
        code = await self._process.wait()
        await self._listening
        return code, self._said.decode("utf-8", "replace").strip()

    async def _left(self) -> None:
        """Until it has left; one whose output nobody takes could not."""
        while await self._output.read(2**16):
            pass
        await self._process.wait()


def _environment(window: Window) -> dict[str, str]:
    """The server's own, with the driver; modules come from where this one is, never from the folder of a user.

    A fault has its report, never a trace on standard error.
    """
    kept = {name: value for name, value in os.environ.items() if name != "GPUPLAN_TRACEBACK"}
    return kept | {
        "PYTHONPATH": module_path(), "TEXTUAL_DRIVER": "tui.web.driver:PipeDriver", "TEXTUAL_FPS": "60",
        "TEXTUAL_COLOR_SYSTEM": "truecolor", "COLUMNS": str(window.width), "ROWS": str(window.height),
    }  # fmt: skip


def command(*words: str) -> tuple[str, ...]:
    """The program itself with other words; `-P` keeps the working directory out of the modules' path."""
    return (sys.executable, "-P", "-m", "planner.cli.main", *words)
