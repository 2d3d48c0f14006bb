"""The writer at every end: killed at each call of the system, disks that are full or broken, signals in between."""

from __future__ import annotations

import errno
import os
import resource
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import Any

import pytest

from planner.errors import OutputError
from planner.writing import replacing
from tests.consistency.drawn import TORTURE

OLD, NEW = "old " * 5000, "new " * 50_000
CALLS = ("open", "fsync", "chmod", "replace", "mkdir", "listdir")


def write(target: Path) -> None:
    with replacing(target) as out:
        for start in range(0, len(NEW), 10_000):
            out.write(NEW[start : start + 10_000])


def killed_at(target: Path, call: int) -> bool:
    """Whether a child that writes `target` was killed at its `call`-th call of a function of the system."""
    child = os.fork()
    if child:
        return os.WIFSIGNALED(os.waitpid(child, 0)[1])
    left = call

    def count(frame: FrameType, event: str, function: Any) -> None:
        nonlocal left
        if event == "c_call":
            left -= 1
            if left < 0:
                os.kill(os.getpid(), signal.SIGKILL)

    try:
        sys.setprofile(count)
        write(target)
    finally:
        os._exit(0)
    return False


@pytest.mark.parametrize("new", [False, True])
def test_a_kill_at_any_call_leaves_the_old_or_the_new_whole(tmp_path: Path, new: bool) -> None:
    target = tmp_path / "a.toml"
    seen = set()
    for call in range(0, 10_000, 1 if TORTURE else 11):
        if new:
            target.unlink(missing_ok=True)
        else:
            target.write_text(OLD)
        killed = killed_at(target, call)
        found = target.read_text() if target.exists() else None
        assert found in (None if new else OLD, NEW)
        seen.add(found)
        if not killed:
            break
    assert call > 50
    assert seen == {None if new else OLD, NEW}
    write(target)
    assert os.listdir(tmp_path) == ["a.toml"], "parts of the killed ones were not swept"


@pytest.mark.parametrize("code", [errno.EIO, errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EACCES])
@pytest.mark.parametrize("name", CALLS)
def test_an_error_of_any_call_leaves_the_old_file_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, code: int
) -> None:
    target = tmp_path / ("deep/a.toml" if name == "mkdir" else "a.toml")
    if name != "mkdir":
        target.write_text(OLD)

    def broken(*args: object, **more: object) -> None:
        raise OSError(code, os.strerror(code))

    with monkeypatch.context() as patch:
        patch.setattr(os, name, broken)
        if name == "listdir":  # what is left of others is no matter of this file
            write(target)
        else:
            with pytest.raises(OutputError, match="cannot be written"):
                write(target)
    if name == "mkdir":
        assert os.listdir(tmp_path) == []
        return
    assert target.read_text() == (NEW if name == "listdir" else OLD)
    assert os.listdir(tmp_path) == ["a.toml"]


@contextmanager
def limit_of_file_size(most: int) -> Iterator[None]:
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    old = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (most, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
        signal.signal(signal.SIGXFSZ, old)


@pytest.mark.parametrize("most", [0, 1, 8192, len(NEW) - 1])
def test_a_write_that_is_cut_short_by_the_system_leaves_the_old_file(tmp_path: Path, most: int) -> None:
    """The system takes a part of a write and refuses the rest, as on a disk that is full."""
    target = tmp_path / "a.toml"
    target.write_text(OLD)
    with pytest.raises(OutputError, match="File too large"), limit_of_file_size(most):
        write(target)
    assert target.read_text() == OLD
    assert os.listdir(tmp_path) == ["a.toml"]


def test_signals_in_between_change_nothing(tmp_path: Path) -> None:
    """Calls that a signal breaks off (EINTR) are made again."""
    target, rung = tmp_path / "a.toml", 0

    def ring(number: int, frame: FrameType | None) -> None:
        nonlocal rung
        rung += 1

    before = signal.signal(signal.SIGALRM, ring)
    signal.setitimer(signal.ITIMER_REAL, 1e-4, 1e-4)
    try:
        while rung < 100:
            write(target)
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0.0)
        signal.signal(signal.SIGALRM, before)
    assert target.read_text() == NEW
    assert os.listdir(tmp_path) == ["a.toml"]


@pytest.mark.parametrize("fault", [KeyboardInterrupt(), SystemExit(), ValueError()])
def test_whatever_ends_the_block_leaves_nothing(tmp_path: Path, fault: BaseException) -> None:
    def ended() -> None:
        with replacing(tmp_path / "a.toml") as out:
            out.write("half")
            raise fault

    with pytest.raises(type(fault)):
        ended()
    assert os.listdir(tmp_path) == []
