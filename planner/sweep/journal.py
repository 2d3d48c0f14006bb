"""Rows that a sweep has ready, kept beside its output until it is whole: what a kill leaves, the next run goes on from.

The first line says which sweep it is; each other line is a row with its number. Rows count up to the first line that is
none of this sweep, as one is that a kill cut short; what follows is computed anew. A file that is no journal, or one of
another sweep, is left as it is.
"""

from __future__ import annotations

import errno
import json
import os
import re
import stat
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, BinaryIO

from planner.errors import InputError, OutputError
from planner.sweep.kept import head_in, row_in
from planner.sweep.rows import SweepRow

# Rows that may be lost, as they are not yet on the disk; bytes of a line, far above those of any row.
EVERY, MOST_LINE = 64, 2**16


class Journal:
    """An open journal. rows: those that were found in it, by number; day: that of its first run."""

    def __init__(self, target: Path, sweep: Mapping[str, str], day: str, count: int) -> None:
        """Open the journal of a sweep of `count` scenarios into `target`; begin one where there is none.

        Raises InputError where it is of another sweep or no journal, or another program writes it, and OutputError.
        """
        self.path = target.with_name(f".{target.name}.sweep")
        self.rows: dict[int, SweepRow] = {}
        self.day = day
        self._waiting = 0
        self._file = self._opened()
        try:
            self._lock()
            with self._told():
                self._begin(dict(sweep), count)
        except BaseException:
            with suppress(OSError):
                self._file.close()
            raise

    @contextmanager
    def _told(self) -> Iterator[None]:
        """What the disk refuses names the journal."""
        try:
            yield
        except OSError as error:
            raise OutputError(f"{self.path}: cannot be written ({error.strerror or error})") from error

    def _opened(self) -> BinaryIO:
        """The file itself: a link, a device or a FIFO of its name is not followed, opened or written."""
        flags = os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
        with self._told():
            self.path.parent.mkdir(parents=True, exist_ok=True)
            if self._is_other():
                raise InputError(f"{self.path}: not a regular file; delete it, or give another --out")
            try:
                handle = os.open(self.path, flags, 0o666)
            except OSError as error:
                if error.errno == errno.ELOOP:  # it became a link since it was looked at
                    raise InputError(f"{self.path}: not a regular file") from error
                raise
            return os.fdopen(handle, "r+b")

    def _is_other(self) -> bool:
        with suppress(FileNotFoundError):
            return not stat.S_ISREG(os.lstat(self.path).st_mode)
        return False

    def _lock(self) -> None:
        with suppress(ImportError):
            import fcntl

            try:
                fcntl.flock(self._file.fileno(), fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                raise InputError(f"{self.path}: another sweep writes it") from None

    def _begin(self, sweep: dict[str, str], count: int) -> None:
        """Read what is there; nothing is cut off before the head is known as this sweep's."""
        line = self._file.readline(MOST_LINE)
        head = head_in(line) if line.endswith(b"\n") else None
        if head is None:
            if not _is_begun(line, sweep):
                raise InputError(f"{self.path}: is no journal of a sweep; delete it, or give another --out")
            self._cut(0)
            self._write({"sweep": sweep, "day": self.day})
            self.flush()
            return
        if head.sweep != sweep:
            raise InputError(f"{self.path}: is of another sweep; delete it to begin anew, or give another --out")
        if head.day > self.day:
            raise InputError(f"{self.path}: is of {head.day}, a day to come; delete it to begin anew")
        self.day = head.day
        self._cut(len(line) + self._read_rows(count))

    def _read_rows(self, count: int) -> int:
        """Take rows up to the first line that is none; returns their bytes."""
        size = 0
        while (line := self._file.readline(MOST_LINE)).endswith(b"\n"):
            found = row_in(line, count)
            if found is None or found[0] in self.rows:
                break
            self.rows[found[0]] = found[1]
            size += len(line)
        return size

    def _cut(self, size: int) -> None:
        self._file.seek(0)
        self._file.truncate(size)
        self._file.seek(0, os.SEEK_END)

    def add(self, number: int, row: SweepRow) -> None:
        self.rows[number] = row
        self._write([number, row])
        self._waiting += 1
        if self._waiting >= EVERY:
            self.flush()

    def _write(self, value: Any) -> None:
        with self._told():
            self._file.write(json.dumps(value, allow_nan=False).encode() + b"\n")

    def flush(self) -> None:
        """What was added is on the disk. Raises OutputError."""
        with self._told():
            self._file.flush()
            os.fsync(self._file.fileno())
        self._waiting = 0

    def add_all(self, found: Iterable[tuple[int, SweepRow]]) -> None:
        for number, row in found:
            self.add(number, row)

    def close(self, *, done: bool) -> None:
        """Close it; where the sweep is done, it goes."""
        with suppress(OutputError):
            self.flush()
        if done:
            with suppress(OSError):
                self.path.unlink(missing_ok=True)
        with suppress(OSError):
            self._file.close()


def _is_begun(line: bytes, sweep: Mapping[str, str]) -> bool:
    """Whether a line is the begin of this sweep's head, that a kill cut short, or nothing."""
    known = json.dumps({"sweep": sweep, "day": ""}).encode()[:-2]
    rest = line[len(known) :]
    return known.startswith(line) or (line.startswith(known) and re.fullmatch(rb'[\d-]{0,10}"?\}?', rest) is not None)
