"""What a test may change: nothing outside of a few folders. An audit hook refuses the rest, so that no word of a fuzzer
makes a file that another test finds."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

WRITES = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
# Events that change the names in a folder: where their names stand, and the folders that these are relative to.
NAMES: dict[str, tuple[tuple[int, int | None], ...]] = {
    "os.mkdir": ((0, 2),), "os.rename": ((0, 2), (1, 3)), "os.link": ((1, 3),), "os.symlink": ((1, 2),),
    "os.remove": ((0, 1),), "os.rmdir": ((0, 1),), "os.truncate": ((0, None),), "os.chmod": ((0, 2),),
}  # fmt: skip
WATCHED = frozenset(("open", *NAMES))
# Of the tests that run now, the innermost last.
inside: list[tuple[Path, ...]] = []


class OutsideError(AssertionError):
    """A test that would have changed something outside of its folders."""


@contextmanager
def only_in(*folders: Path) -> Iterator[None]:
    """Refuse what changes anything outside of these folders and of those of an outer call's."""
    inside.append(tuple(folder.resolve() for folder in folders))
    try:
        yield
    finally:
        inside.pop()


def hook(event: str, args: tuple[Any, ...], watched: frozenset[str] = WATCHED) -> None:
    """Thousands of events a second are none of those that are watched."""
    if event in watched and inside:
        _look(event, args)


def _look(event: str, args: tuple[Any, ...]) -> None:
    if event == "open" and isinstance(args[2], int) and args[2] & WRITES:
        _within(args[0], event)
    for place, folder in NAMES.get(event, ()):
        if folder is None or args[folder] in (-1, None):
            _within(args[place], event)


def _within(name: object, event: str) -> None:
    if not isinstance(name, str | bytes | os.PathLike) or b"\0" in os.fsencode(name):
        return
    path = Path(os.path.realpath(os.path.dirname(os.path.abspath(os.fsdecode(name)))))
    made = path / os.path.basename(os.fsdecode(name))
    target = Path(os.path.realpath(made)) if event == "open" else made
    # The system refuses it: nothing is made in /proc, or below what is no folder.
    if target.is_relative_to("/proc") or not path.is_dir():
        return
    device = event == "open" and target.exists() and not target.is_file()
    cached = "__pycache__" in target.parts
    if device or cached or any(target.is_relative_to(folder) for folder in inside[-1]):
        return
    raise OutsideError(f"{event}: {target} is outside of {', '.join(map(str, inside[-1]))}")
