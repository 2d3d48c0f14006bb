"""The one writer of files: a reader sees the old or the new whole, whatever ends the program or fails."""

from __future__ import annotations

import errno
import io
import os
import re
import secrets
import shutil
import stat
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO, TextIO

from planner.errors import OutputError

# A kernel follows no more links than that, either.
MOST_LINKS = 40


Put = Callable[[Path, Path], None]


class TakenError(OutputError):
    """A name that was to be new, and that a file has."""


@contextmanager
def replacing(target: Path) -> Iterator[TextIO]:
    """A text file that replaces `target` when the block ends without an error; otherwise it is deleted.

    Links stay, as do the mode and, where the system lets it, the owner of a file that is replaced. A device, a FIFO or
    an open file of a process (`/dev/stdout`) is written to as it stands. Raises OutputError where the operating system
    does not take it.
    """
    with _told(target), _replacing(target, os.replace) as raw, _text(raw) as out:
        yield out


@contextmanager
def replacing_bytes(target: Path) -> Iterator[BinaryIO]:
    """The same for a file that is no text."""
    with _told(target), _replacing(target, os.replace) as out:
        yield out


@contextmanager
def creating(target: Path) -> Iterator[TextIO]:
    """A new text file under a name that no file has; raises TakenError, at the end of the block, where one has it by
    then, and OutputError as `replacing`."""
    with _told(target), _replacing(target, _created) as raw, _text(raw) as out:
        yield out


def old_name(target: Path) -> Path:
    """The name under which `keep_old` keeps a file."""
    return target.with_name(f"{target.name}~")


def keep_old(target: Path) -> Path | None:
    """Copy a file to its name with `~`, in the place of what has that name; where it is, None where there is no file.

    A link of that name is replaced, not followed. Raises OutputError as `replacing`.
    """
    old = old_name(target)
    if not target.is_file():
        return None
    with _told(old):
        if old.is_symlink():
            old.unlink()
        with target.open("rb") as read, _replacing(old, os.replace) as out:
            shutil.copyfileobj(read, out)
            os.chmod(out.fileno(), stat.S_IMODE(os.fstat(read.fileno()).st_mode))
    return old


@contextmanager
def alone_in(folder: Path) -> Iterator[None]:
    """While the block runs no other program is in such a block of this folder: what was read of a file there is still
    so when it is replaced. The folder is made where there is none.

    Systems without locks hold nobody back. Raises OutputError as `replacing`.
    """
    with _told(folder):
        folder.mkdir(parents=True, exist_ok=True)
        handle = os.open(folder, os.O_RDONLY | os.O_CLOEXEC)
    try:
        _locked(handle, wait=True)
        yield
    finally:
        os.close(handle)


def sweep_parts(folder: Path, name: str) -> None:
    """Delete the parts that killed programs left of files in `folder` whose names match the expression `name`."""
    part = re.compile(rf"\.(?:{name})\.[0-9a-f]{{8}}\.part")
    with suppress(OSError):
        for found in os.listdir(folder):
            if part.fullmatch(found):
                _swept(folder / found)


@contextmanager
def _told(target: Path) -> Iterator[None]:
    """What fails is an OutputError that names the file."""
    if "\0" in str(target):
        raise OutputError(f"{target}: cannot be written (no name of a file)")
    try:
        yield
    except UnicodeEncodeError as error:
        raise OutputError(f"{target}: cannot be written (a part of it is not text)") from error
    except OSError as error:
        raise OutputError(f"{target}: cannot be written ({error.strerror or error})") from error


@contextmanager
def _text(raw: BinaryIO) -> Iterator[TextIO]:
    """A text over bytes, which are not closed with it."""
    out = io.TextIOWrapper(raw, encoding="utf-8", newline="")
    try:
        yield out
        out.flush()
    finally:
        with suppress(OSError, ValueError):
            out.detach()


@contextmanager
def _replacing(target: Path, put: Put) -> Iterator[BinaryIO]:
    target, of_process = _followed(target)
    if of_process or (target.exists() and not target.is_file()):
        with _through(target) as out:
            yield out
        return
    target.parent.mkdir(parents=True, exist_ok=True)
    sweep_parts(target.parent, re.escape(_stem(target)))
    handle, name = _part(target)
    try:
        with os.fdopen(handle, "wb") as out:
            yield out
            out.flush()
            _alike(out.fileno(), target)
            os.fsync(out.fileno())
            put(name, target)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
    _settle(target.parent)


def _created(part: Path, target: Path) -> None:
    """The part under its name, where no file has it; file systems without links have the name taken first."""
    try:
        try:
            os.link(part, target)
        except FileExistsError:
            raise
        except OSError:
            os.close(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC))
            os.replace(part, target)
        else:
            part.unlink()
    except FileExistsError as error:
        raise TakenError(f"{target}: is there already") from error


def _followed(target: Path) -> tuple[Path, bool]:
    """Where links lead, and whether one is an open file of a process: its name says nothing of where it lies."""
    for _ in range(MOST_LINKS):
        folder = os.path.realpath(target.parent)
        target = Path(folder, target.name)
        if not target.is_symlink():
            return target, False
        if folder.startswith("/proc/"):
            return target, True
        target = Path(folder, os.readlink(target))
    raise OSError(errno.ELOOP, os.strerror(errno.ELOOP))


@contextmanager
def _through(target: Path) -> Iterator[BinaryIO]:
    """A device or a FIFO, which is written to and never replaced; a FIFO that nobody reads is an OSError."""
    handle = os.open(target, os.O_WRONLY | os.O_NONBLOCK | os.O_APPEND | os.O_CLOEXEC)
    os.set_blocking(handle, True)
    with os.fdopen(handle, "wb") as out:
        yield out


def _part(target: Path) -> tuple[int, Path]:
    """A new file beside `target`, locked for as long as it is open, with the mode that a new file has here."""
    mode = 0o600 if target.exists() else 0o666
    while True:
        name = target.with_name(f".{_stem(target)}.{secrets.token_hex(4)}.part")
        handle = os.open(name, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, mode)
        _locked(handle, wait=True)
        if name.exists():  # before it was locked another program may have swept it
            return handle, name
        os.close(handle)


def _stem(target: Path) -> str:
    """What the names of its parts begin with: as much of the name as leaves room for the rest of theirs."""
    return os.fsdecode(os.fsencode(target.name)[:200])


def _locked(handle: int, *, wait: bool) -> bool:
    """Whether this program has the lock of an open file now; never on systems without locks."""
    try:
        import fcntl

        fcntl.flock(handle, fcntl.LOCK_EX if wait else fcntl.LOCK_EX | fcntl.LOCK_NB)
    except (ImportError, OSError):
        return False
    return True


def _swept(part: Path) -> None:
    """Delete a part that nobody holds the lock of."""
    with suppress(OSError):
        handle = os.open(part, os.O_WRONLY | os.O_NONBLOCK | os.O_NOFOLLOW | os.O_CLOEXEC)
        try:
            if _locked(handle, wait=False):
                part.unlink()
        finally:
            os.close(handle)


def _alike(handle: int, target: Path) -> None:
    """Owner, group and mode of the file that is replaced; the system may keep the first two to itself."""
    with suppress(FileNotFoundError):
        old, new = target.stat(), os.fstat(handle)
        for uid, gid in ((old.st_uid, -1), (-1, old.st_gid)):
            if (uid, gid) not in ((new.st_uid, -1), (-1, new.st_gid)):
                with suppress(PermissionError):
                    os.chown(handle, uid, gid)
        os.chmod(handle, stat.S_IMODE(old.st_mode))


def _settle(folder: Path) -> None:
    """The new name is on the disk, too, where the system can tell."""
    with suppress(OSError):
        handle = os.open(folder, os.O_RDONLY | os.O_CLOEXEC)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
