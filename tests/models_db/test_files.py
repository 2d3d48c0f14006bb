from __future__ import annotations

import os
import stat
import threading
from pathlib import Path

import pytest

from models_db.files import regular, replacing
from planner.errors import InputError, OutputError


def test_a_file_is_replaced_whole(tmp_path: Path) -> None:
    target = tmp_path / "deep" / "a.txt"
    for text in ("old", "new"):
        with replacing(target) as out:
            out.write(text)
    assert target.read_text() == "new"
    assert [path.name for path in target.parent.iterdir()] == ["a.txt"]


def test_an_error_leaves_the_old_file_and_nothing_beside_it(tmp_path: Path) -> None:
    target = tmp_path / "a.txt"
    target.write_text("old")

    def half_written() -> None:
        with replacing(target) as out:
            out.write("half")
            raise OSError("disk full")

    with pytest.raises(OutputError, match=r"a\.txt: cannot be written \(disk full\)"):
        half_written()
    assert target.read_text() == "old"
    assert [path.name for path in tmp_path.iterdir()] == ["a.txt"]


def test_a_fifo_is_written_through_and_one_that_nobody_reads_is_one_line(tmp_path: Path) -> None:
    """Once a device of the machine was replaced by a file."""
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    with pytest.raises(OutputError, match="pipe: cannot be written"), replacing(pipe) as out:
        out.write("nobody reads")
    heard: list[str] = []
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    os.set_blocking(reader, True)

    def read() -> None:
        with os.fdopen(reader) as handle:
            heard.append(handle.read())

    thread = threading.Thread(target=read)
    with replacing(pipe) as out:
        thread.start()
        out.write("heard")
    thread.join(timeout=10.0)
    assert heard == ["heard"]
    assert stat.S_ISFIFO(pipe.stat().st_mode)


def test_a_full_device_stays_a_device() -> None:
    full = Path("/dev/full")
    if not full.is_char_device():
        pytest.skip("no such device here")
    with pytest.raises(OutputError, match="/dev/full: cannot be written"), replacing(full) as out:
        out.write("x" * 100_000)
    assert full.is_char_device()


def test_links_and_modes_stay(tmp_path: Path) -> None:
    target, link = tmp_path / "a.txt", tmp_path / "link"
    target.write_text("old")
    target.chmod(0o600)
    link.symlink_to(target)
    with replacing(link) as out:
        out.write("new")
    assert link.is_symlink()
    assert target.read_text() == "new"
    assert stat.S_IMODE(target.stat().st_mode) == 0o600


@pytest.mark.parametrize("name", ["/dev/zero", "folder", "pipe"])
def test_what_is_no_regular_file_is_not_read(tmp_path: Path, name: str) -> None:
    (tmp_path / "folder").mkdir()
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(InputError, match="not a regular file"):
        regular(tmp_path / name)
    assert regular(tmp_path / "missing") == tmp_path / "missing"
