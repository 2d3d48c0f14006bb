"""Files: reads that are bounded by bytes, and atomic writes, of which a reader sees the old or the new whole."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

from planner.errors import OutputError


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
    target.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=target.parent, suffix=".part")
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="") as out:
            yield out
        os.chmod(name, 0o644)
        os.replace(name, target)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
