"""Files: reads that are bounded by bytes, and atomic writes, of which a reader sees the old or the new whole."""

from __future__ import annotations

import os
import stat
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

from planner.errors import InputError, OutputError


def bounded_text(path: Path, most_bytes: int) -> str | None:
    """The text of a regular file, or None for another kind of file or a larger one.

    Raises OSError, UnicodeDecodeError.
    """
    path.stat()  # what is missing is an OSError
    if not path.is_file():
        return None
    with path.open("rb") as handle:
        found = handle.read(most_bytes + 1)
    return None if len(found) > most_bytes else found.decode("utf-8")


def regular(path: Path) -> Path:
    """The path, where it is a regular file or none is there; InputError for a device, a FIFO or a directory."""
    if path.exists() and not path.is_file():
        raise InputError(f"{path}: not a regular file")
    return path


@contextmanager
def replacing(target: Path) -> Iterator[TextIO]:
    """A text file that replaces `target` when the block ends without an error; otherwise it is deleted.

    Raises OutputError where the operating system does not take it.
    """
    try:
        with _replacing(target) as out:
            yield out
    except OSError as error:
        raise OutputError(f"{target}: cannot be written ({error.strerror or error})") from error


@contextmanager
def _replacing(target: Path) -> Iterator[TextIO]:
    target = Path(os.path.realpath(target))  # a link stays one
    if target.exists() and not target.is_file():
        with _through(target) as out:
            yield out
        return
    target.parent.mkdir(parents=True, exist_ok=True)
    mode = stat.S_IMODE(target.stat().st_mode) if target.exists() else 0o644
    handle, name = tempfile.mkstemp(dir=target.parent, suffix=".part")
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="") as out:
            yield out
            out.flush()
            os.fsync(out.fileno())
        os.chmod(name, mode)
        os.replace(name, target)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


@contextmanager
def _through(target: Path) -> Iterator[TextIO]:
    """A device or a FIFO, which is written to and never replaced; a FIFO that nobody reads is an OSError."""
    handle = os.open(target, os.O_WRONLY | os.O_NONBLOCK)
    os.set_blocking(handle, True)
    with os.fdopen(handle, "w", encoding="utf-8", newline="") as out:
        yield out
