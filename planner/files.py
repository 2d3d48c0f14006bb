"""The one reader of files that others made: regular files only, and bounded by the bytes that are read."""

from __future__ import annotations

import csv
import errno
import io
import os
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO, TypeVar

from planner.errors import InputError, PlannerError, unreadable

# Columns and cells of a table, all rows together: what a program holds of it grows with them.
MOST_COLUMNS, MOST_CELLS = 1000, 3_000_000
T = TypeVar("T")


def opened(path: Path, kind: type[PlannerError] = InputError) -> BinaryIO:
    """A regular file open for reading; an error of `kind`, one line, for all else: a device, a FIFO, a folder, or
    none."""
    try:
        if stat.S_ISREG(os.stat(path).st_mode):  # a device may act when it is opened
            handle = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
            if stat.S_ISREG(os.fstat(handle).st_mode):  # the name may mean another file by now
                return io.BufferedReader(_Ready(handle))
            os.close(handle)
    except (OSError, ValueError) as error:
        raise kind(unreadable(path, error)) from error
    raise kind(f"{path}: not a regular file")


class _Ready(io.FileIO):
    """A file that has bytes, or has ended: one of /proc that waits for them is an OSError, where `FileIO` says None."""

    def readinto(self, buffer: Any) -> int:
        found: int = _some(super().readinto(buffer))
        return found

    def readall(self) -> bytes:
        return _some(super().readall())


def _some(found: T | None) -> T:
    if found is None:
        raise BlockingIOError(errno.EAGAIN, "holds nothing now")
    return found


def bounded_bytes(path: Path, most: int, kind: type[PlannerError] = InputError) -> bytes:
    """All bytes of a regular file of at most `most`; raises `kind`, one line."""
    with opened(path, kind) as handle:
        try:
            found = handle.read(most + 1)
        except OSError as error:
            raise kind(unreadable(path, error)) from error
    if len(found) > most:
        raise kind(f"{path}: larger than {most:,} bytes")
    return found


def bounded_text(path: Path, most_bytes: int, kind: type[PlannerError] = InputError) -> str:
    """The text of a regular file in UTF-8, without a mark of its order of bytes; raises `kind`, one line."""
    found = bounded_bytes(path, most_bytes, kind)
    try:
        return found.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise kind(unreadable(path, error)) from error


def numbered_lines(text: str) -> Iterator[tuple[int, str]]:
    """The lines of a text that are not blank, with their numbers, one after another: not all are held at once.

    >>> list(numbered_lines("a\\n\\n b"))
    [(1, 'a'), (3, ' b')]
    """
    begin, number = 0, 0
    while begin < len(text):
        end = text.find("\n", begin)
        end = len(text) if end < 0 else end
        number += 1
        line = text[begin:end]
        if line.strip():
            yield number, line
        begin = end + 1


def table_of(
    path: Path, most_bytes: int, kind: type[PlannerError] = InputError
) -> tuple[list[str], Iterator[dict[str | None, str | None]]]:
    """Header and rows of a CSV file, as `csv.DictReader` has them; raises `kind`, one line, that names the limit of
    bytes, columns or cells that is passed."""
    return table_in(bounded_text(path, most_bytes, kind), path, kind)


def table_in(
    text: str, path: Path | str, kind: type[PlannerError] = InputError
) -> tuple[list[str], Iterator[dict[str | None, str | None]]]:
    """The same of a text; `path` is what errors name."""
    reader = csv.DictReader(io.StringIO(text, newline=""))
    try:
        header = list(reader.fieldnames or ())
    except csv.Error as error:
        raise kind(f"{path}: not valid CSV ({error})") from error
    if len(header) > MOST_COLUMNS:
        raise kind(f"{path}: more than {MOST_COLUMNS:,} columns")
    return header, _rows(path, reader, max(1, len(header)), kind)


def _rows(
    path: Path | str, reader: csv.DictReader[str], columns: int, kind: type[PlannerError]
) -> Iterator[dict[str | None, str | None]]:
    try:
        for count, row in enumerate(reader, 1):
            if count * columns > MOST_CELLS:
                raise kind(f"{path}: more than {MOST_CELLS:,} cells")
            yield dict(row)
    except csv.Error as error:
        raise kind(f"{path}: line {reader.line_num + 1}: not valid CSV ({error})") from error
