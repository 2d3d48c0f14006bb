"""A report of a fault of the program: the question that was asked and where it broke, in a file of the user's."""

from __future__ import annotations

import os
import platform
import sys
import traceback
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from planner.version import __version__

# Reports that are kept, and bytes of a file of the question that are copied into one.
KEPT, MOST_BYTES = 20, 2**16
HEAD = """gpuplan {version}, Python {python}, {system}

This report holds the command line and the files that it names: take out what is not for others to read. Then open an
issue of the project with it; CONTRIBUTING.md says how.
"""


def folder() -> Path:
    """Where reports are kept."""
    from platformdirs import user_state_path

    return user_state_path("gpuplan") / "faults"


def reported(error: BaseException, args: Sequence[str]) -> Path | None:
    """Write the report; the file, or None where none can be written: the fault itself is what counts then."""
    with suppress(Exception):
        from planner.writing import replacing

        kept = folder()
        kept.mkdir(mode=0o700, parents=True, exist_ok=True)
        for old in sorted(kept.glob("fault-*.txt"), key=os.path.getmtime)[: 1 - KEPT]:
            old.unlink(missing_ok=True)
        number = 1 + max((int(p.stem[6:]) for p in kept.glob("fault-*.txt") if p.stem[6:].isdecimal()), default=0)
        path = kept / f"fault-{number:04d}.txt"
        with replacing(path) as out:
            out.write(text_of(error, args))
        return path
    return None


def text_of(error: BaseException, args: Sequence[str]) -> str:
    """The report: versions, the command line, the files that it names, and the trace."""
    import shlex

    head = HEAD.format(version=__version__, python=sys.version.split()[0], system=platform.platform())
    parts = [head, f"gpuplan {shlex.join(args)}", *filter(None, map(_file, args)), _trace(error)]
    return "\n\n".join(parts).encode("utf-8", "backslashreplace").decode("utf-8")


def _trace(error: BaseException) -> str:
    return "".join(traceback.format_exception(error))[-MOST_BYTES:]


def _file(word: str) -> str | None:
    """A file that the command line names, where it is text; parts of a checkpoint are not."""
    from planner.errors import InputError
    from planner.files import opened

    try:
        with opened(Path(word)) as handle:
            found = handle.read(MOST_BYTES)
        return f"--- {word}\n{found.decode('utf-8')}"
    except (InputError, OSError, UnicodeDecodeError):
        return None
