"""A second lock behind `tui.root`: the process itself refuses to change files elsewhere, whoever asks.

It is an audit hook [PEP 578]. It stops mistakes in this program, not code that someone else brought into the process.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from tui.root import inside

WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
# The arguments of an event that are paths, and those that are the directories they count from.
PATHS: dict[str, tuple[tuple[int, ...], tuple[int, ...]]] = {
    "os.rename": ((0, 1), (2, 3)),
    "os.link": ((0, 1), (2, 3)),
    "os.symlink": ((1,), (2,)),
    "os.remove": ((0,), (1,)),
    "os.rmdir": ((0,), (1,)),
    "os.mkdir": ((0,), (2,)),
    "os.chmod": ((0,), (2,)),
    "os.chown": ((0,), (3,)),
    "os.utime": ((0,), (3,)),
    "os.truncate": ((0,), ()),
    "os.setxattr": ((0,), ()),
    "sqlite3.connect": ((0,), ()),
}
STARTING = frozenset({"subprocess.Popen", "os.system", "os.exec", "os.posix_spawn", "os.spawn", "os.fork", "pty.spawn"})
FREE = -1


def lock(folders: Iterable[Path]) -> None:
    """From now on this process changes files in these folders only, and starts no other process.

    Elsewhere it gets PermissionError. It may make these folders, and those that they lie in. There is no way back.
    """
    sys.addaudithook(watcher(tuple(Path(os.path.realpath(folder)) for folder in folders)))


def watcher(folders: tuple[Path, ...]) -> Callable[[str, tuple[Any, ...]], None]:
    """The hook: raises PermissionError for an event that changes a file outside of `folders`."""

    def watch(event: str, given: tuple[Any, ...]) -> None:
        if event == "open":
            path, _, flags = given
            if isinstance(flags, int) and flags & WRITING:
                _allow(path, folders)
        elif event in PATHS:
            paths, bases = PATHS[event]
            if any(given[i] != FREE for i in bases if i < len(given)):
                raise PermissionError(f"{event}: relative to an open directory")
            for i in paths:
                if event != "os.mkdir" or not _leads(given[i], folders):
                    _allow(given[i], folders)
        elif event in STARTING:
            raise PermissionError(f"{event}: this process starts no other")

    return watch


def _leads(path: Any, folders: tuple[Path, ...]) -> bool:
    """Whether one of the folders lies below: it may not be there yet, nor what it lies in."""
    return not isinstance(path, int) and any(inside(folder, Path(os.fsdecode(path))) for folder in folders)


def _allow(path: Any, folders: tuple[Path, ...]) -> None:
    """A number is a file that is open already."""
    if isinstance(path, int):
        return
    name = os.fsdecode(path)
    if name != os.devnull and not any(inside(name, folder) for folder in folders):
        raise PermissionError(f"{name}: outside of the folders that this interface may write to")
