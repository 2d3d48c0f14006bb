"""Work in a process of its own, beside this one, where the system can split a process in two."""

from __future__ import annotations

import multiprocessing
import threading
from collections.abc import Callable
from multiprocessing.connection import Connection
from typing import Any, Generic, TypeVar

T = TypeVar("T")


class Aside(Generic[T]):
    """A function that runs beside the caller; `result` waits for it, and raises what it raised.

    Where a process cannot be split (no such system call, or other threads run, which would not come along), or the
    other one ends without an answer, the function runs here when its result is asked for.
    """

    def __init__(self, work: Callable[[], T], *, wanted: bool = True) -> None:
        self._work, self._here, self._process = work, None, None
        if wanted and "fork" in multiprocessing.get_all_start_methods() and threading.active_count() == 1:
            context = multiprocessing.get_context("fork")
            self._here, there = context.Pipe(duplex=False)
            self._process = context.Process(target=_run, args=(work, there), daemon=True)
            self._process.start()
            there.close()

    def result(self) -> T:
        """What the function returned."""
        told = self._received()
        if told is None:
            return self._work()
        if told[1] is not None:
            raise told[1]
        answer: T = told[0]
        return answer

    def _received(self) -> tuple[Any, Exception | None] | None:
        if self._here is None or self._process is None:
            return None
        try:
            return self._here.recv()  # type: ignore[no-any-return]
        except (EOFError, OSError):
            return None
        finally:
            self._here.close()
            self._process.join()


def _run(work: Callable[[], Any], there: Connection) -> None:
    """In the other process: the answer, or the error, goes back as one message."""
    try:
        told: tuple[Any, Exception | None] = work(), None
    except Exception as error:
        told = None, error
    there.send(told)
    there.close()
