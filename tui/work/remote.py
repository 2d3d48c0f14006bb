"""The interface's end: starts the work process, hands jobs over, and brings what comes back."""

from __future__ import annotations

import importlib
import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterable
from contextlib import suppress
from pathlib import Path
from queue import SimpleQueue
from typing import Any, BinaryIO, cast

from tui.compute import Deliver, Job
from tui.module_path import module_path
from tui.work.wire import FAULT, TURN_S, FromLanes, Names, Receiver, Sender, StaysHere

# What a work process that has been asked to leave has for the job it is at [s].
GRACE_S = 3.0
RECORDS = (
    "planner.request.reading", "planner.plan.candidate", "planner.plan.verified", "planner.simulation.progress",
    "planner.quant.answer", "planner.tco.answer",
)  # fmt: skip
LOST = "the process that computes has ended"


class WorkProcess:
    """A running work process; lanes by name on it. It ends when this process does, however that ends."""

    def __init__(self, folders: Iterable[Path] | None = None) -> None:
        """folders: it changes files in these only, and starts no other process; None: as this process."""
        self._process = subprocess.Popen(
            [sys.executable, "-P", "-m", "tui.work.process"], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL, env=os.environ | {"PYTHONPATH": module_path()},
        )  # fmt: skip
        self._outbox: SimpleQueue[Any] = SimpleQueue()
        self._lanes: dict[str, RemoteLanes] = {}
        self.lost: Callable[[str], None] = lambda _: None
        # Why no answer comes any more, where it has ended.
        self._ended = ""
        self._leaving = False
        self._names = Names(lambda number, came: self.put(("forget", number, came)))
        self.put(("begin", None if folders is None else tuple(folders)))
        sys.setswitchinterval(TURN_S)
        # Threads of their own: a full pipe must not hold the loop, nor a large message.
        self._threads = [threading.Thread(target=run, name="work", daemon=True) for run in (self._write, self._read)]
        for thread in self._threads:
            thread.start()

    @property
    def pid(self) -> int:
        return self._process.pid

    def lanes(self, name: str, deliver: Deliver) -> RemoteLanes:
        """Those of a name, whose outcomes go to `deliver`, from a thread. Where it has ended before, `lost` is told."""
        if not self._lanes:
            # Waited for, too: an interpreter that ends while a thread imports a library may die of a signal.
            self._threads.append(threading.Thread(target=_import_records, name="import", daemon=True))
            self._threads[-1].start()
        self._lanes[name] = RemoteLanes(name, self.put, deliver)
        if self._ended:
            self.lost(self._ended)
        return self._lanes[name]

    def put(self, message: Any) -> None:
        self._outbox.put(message)

    def _write(self) -> None:
        sender = Sender(cast(BinaryIO, self._process.stdin), _named)
        try:
            while (message := self._outbox.get()) is not None:
                sender.send(message)
        except OSError:
            return  # the reader says so

    def _read(self) -> None:
        receiver = Receiver(cast(BinaryIO, self._process.stdout), lambda name: self._names.of(name[1]))
        try:
            while True:
                lanes, lane, outcome = receiver.next()
                if lanes == FAULT:
                    raise RuntimeError(outcome)
                self._lanes[lanes].take(lane, outcome)
        except Exception as error:  # whatever ends this thread, no answer comes any more
            if not self._leaving:
                self._ended = LOST if isinstance(error, EOFError | OSError) else f"{LOST}: {error}"
                self.lost(self._ended)

    def close(self) -> None:
        """Let it end the job it is at, for a while; then it is ended."""
        self._leaving = True
        self.put(("close",))
        try:
            self._process.wait(GRACE_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self.put(None)
        for thread in self._threads:
            thread.join()
        for pipe in (self._process.stdin, self._process.stdout):
            with suppress(OSError):  # what nobody will read is not written any more
                cast(BinaryIO, pipe).close()


class RemoteLanes:
    """Lanes of the work process."""

    def __init__(self, name: str, put: Callable[[Any], None], deliver: Deliver) -> None:
        self._name, self._put, self._deliver = name, put, deliver
        self._asked, self._rested = 0, 0

    def submit(self, lane: str, job: Job) -> None:
        self._asked += 1
        self._put(("submit", self._name, lane, job))

    def cancel(self, lane: str) -> None:
        self._asked += 1
        self._put(("cancel", self._name, lane))

    def telling(self, lane: str) -> Callable[[Any], None]:
        return cast(Callable[[Any], None], FromLanes(self._name, "telling", lane))

    @property
    def idle(self) -> bool:
        return self._asked == self._rested

    def close(self) -> None:
        self._put(("cease", self._name))

    def take(self, lane: str, outcome: Any) -> None:
        """An outcome; without a lane, how much of what was asked for is done."""
        if lane:
            self._deliver(lane, outcome)
        else:
            self._rested = outcome


def _import_records() -> None:
    """What questions and answers are made of, before the loop needs it."""
    for module in RECORDS:
        importlib.import_module(module)


def _named(thing: Any) -> tuple[Any, ...] | None:
    if isinstance(thing, StaysHere):
        return "kept", thing.number
    return ("lanes", thing.lanes, thing.what, thing.lane) if isinstance(thing, FromLanes) else None
