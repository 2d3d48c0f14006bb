"""Rows that a sweep has ready, kept beside its output until it is whole: what a kill leaves, the next run goes on from.

The first line says which sweep it is; each other line is a row with its number. A line that a kill cut short is the
last one, and is taken off.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any, BinaryIO

from planner.errors import InputError, OutputError
from planner.sweep.rows import SweepRow

# Rows that may be lost, as they are not yet on the disk.
EVERY = 64


class Journal:
    """An open journal. rows: those that were found in it, by number; day: that of its first run."""

    def __init__(self, target: Path, sweep: Mapping[str, Any], day: str) -> None:
        """Open the journal of a sweep into `target`; begin one where there is none.

        Raises InputError where it is of another sweep, or another program writes it, and OutputError.
        """
        self.path = target.with_name(f".{target.name}.sweep")
        self.rows: dict[int, SweepRow] = {}
        self.day = day
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            self._file: BinaryIO = open(self.path, "a+b")  # noqa: SIM115 - closed by close()
        except OSError as error:
            raise OutputError(f"{self.path}: cannot be written ({error.strerror or error})") from error
        try:
            self._lock()
            self._begin(dict(sweep))
        except BaseException:
            self._file.close()
            raise
        self._waiting = 0

    def _lock(self) -> None:
        with suppress(ImportError):
            import fcntl

            try:
                fcntl.flock(self._file.fileno(), fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                raise InputError(f"{self.path}: another sweep writes it") from None

    def _begin(self, sweep: dict[str, Any]) -> None:
        """Read what is there; a last line without its end goes."""
        self._file.seek(0)
        whole = self._file.read()
        kept = whole[: whole.rfind(b"\n") + 1]
        if len(kept) < len(whole):
            self._file.truncate(len(kept))
        lines = kept.splitlines()
        if not lines:
            self._write({"sweep": sweep, "day": self.day})
            self.flush()
            return
        try:
            head, *rows = map(json.loads, lines)
            same, self.day = head["sweep"] == json.loads(json.dumps(sweep)), str(head["day"])
            self.rows = {int(number): row for number, row in rows}
        except (ValueError, TypeError, KeyError) as error:
            raise InputError(f"{self.path}: is no journal of a sweep; delete it to begin anew") from error
        if not same:
            raise InputError(f"{self.path}: is of another sweep; delete it to begin anew, or give another --out")

    def add(self, number: int, row: SweepRow) -> None:
        self.rows[number] = row
        self._write([number, row])
        self._waiting += 1
        if self._waiting >= EVERY:
            self.flush()

    def _write(self, value: Any) -> None:
        try:
            self._file.write(json.dumps(value, allow_nan=False).encode() + b"\n")
        except OSError as error:
            raise OutputError(f"{self.path}: cannot be written ({error.strerror or error})") from error

    def flush(self) -> None:
        """What was added is on the disk."""
        self._file.flush()
        os.fsync(self._file.fileno())
        self._waiting = 0

    def add_all(self, found: Iterable[tuple[int, SweepRow]]) -> None:
        for number, row in found:
            self.add(number, row)

    def close(self, *, done: bool) -> None:
        """Close it; where the sweep is done, it goes."""
        with suppress(OSError):
            self.flush()
        if done:
            self.path.unlink(missing_ok=True)
        self._file.close()
