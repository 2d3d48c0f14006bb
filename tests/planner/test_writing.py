"""The writer: old or new whole, at any end."""

from __future__ import annotations

import os
import stat
import threading
from pathlib import Path

import pytest

from planner.errors import OutputError
from planner.writing import TakenError, alone_in, creating, keep_old, old_name, replacing, replacing_bytes


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


def test_a_new_file_has_the_mode_of_the_user_and_an_old_one_keeps_its_own(tmp_path: Path) -> None:
    before = os.umask(0o027)
    try:
        with replacing(tmp_path / "new") as out:
            out.write("x")
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "new").stat().st_mode) == 0o640


@pytest.mark.skipif(os.getuid() != 0, reason="only root may give files away")
def test_the_owner_of_a_file_stays(tmp_path: Path) -> None:
    target = tmp_path / "a"
    target.write_text("old")
    target.chmod(0o4640)
    os.chown(target, 1234, 2345)
    target.chmod(0o640)
    with replacing(target) as out:
        out.write("new")
    found = target.stat()
    assert (found.st_uid, found.st_gid, stat.S_IMODE(found.st_mode)) == (1234, 2345, 0o640)


def test_a_link_through_a_link_to_a_missing_file_makes_that_file(tmp_path: Path) -> None:
    (tmp_path / "one").symlink_to("two")
    (tmp_path / "two").symlink_to(tmp_path / "deep" / "three")
    with replacing(tmp_path / "one") as out:
        out.write("new")
    assert (tmp_path / "one").is_symlink()
    assert (tmp_path / "deep" / "three").read_text() == "new"


def test_links_in_a_circle_and_no_name_are_one_line(tmp_path: Path) -> None:
    (tmp_path / "a").symlink_to("b")
    (tmp_path / "b").symlink_to("a")
    for name in ("a", "x\0y", "n" * 300):
        with pytest.raises(OutputError, match="cannot be written"), replacing(tmp_path / name) as out:
            out.write("x")
    assert sorted(os.listdir(tmp_path)) == ["a", "b"]


def test_an_open_file_of_the_process_is_written_to(tmp_path: Path) -> None:
    """`--out /dev/stdout > file`: a new file in its place would lose what is printed then."""
    if not Path("/proc/self/fd").is_dir():
        pytest.skip("no such folder here")
    with (tmp_path / "file").open("a") as handle:
        with replacing(Path(f"/dev/fd/{handle.fileno()}")) as out:
            out.write("first ")
        handle.write("second")
    assert (tmp_path / "file").read_text() == "first second"


def test_parts_of_killed_programs_are_swept_and_those_of_living_ones_are_not(tmp_path: Path) -> None:
    target = tmp_path / "a.toml"
    (tmp_path / ".a.toml.0123abcd.part").write_text("left by a killed one")
    (tmp_path / ".b.toml.0123abcd.part").write_text("another's")
    with replacing(target) as out:
        out.write("first")
        with replacing(target) as inner:
            inner.write("second")
    assert target.read_text() == "first"
    assert sorted(os.listdir(tmp_path)) == [".b.toml.0123abcd.part", "a.toml"]


def test_what_is_no_text_is_one_line(tmp_path: Path) -> None:
    with pytest.raises(OutputError, match="not text"), replacing(tmp_path / "a") as out:
        out.write("\udcff")
    assert os.listdir(tmp_path) == []


def test_a_new_file_takes_no_name_that_is_taken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def no_links(*_: object) -> None:
        raise PermissionError("no links here")

    for name in ("linked.txt", "taken.txt"):
        for text, known in (("first", None), ("second", "first")):
            if known is not None:
                with pytest.raises(TakenError, match="is there already"), creating(tmp_path / name) as out:
                    out.write(text)
            else:
                with creating(tmp_path / name) as out:
                    out.write(text)
            assert (tmp_path / name).read_text() == "first"
        monkeypatch.setattr(os, "link", no_links)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["linked.txt", "taken.txt"]


def test_bytes_are_replaced_whole_and_an_error_leaves_the_old_ones(tmp_path: Path) -> None:
    target = tmp_path / "a.bin"
    with replacing_bytes(target) as out:
        out.write(b"\xff\x00")

    def half_written() -> None:
        with replacing_bytes(target) as out:
            out.write(b"half")
            raise OSError("disk full")

    with pytest.raises(OutputError, match="disk full"):
        half_written()
    assert target.read_bytes() == b"\xff\x00"
    assert [path.name for path in tmp_path.iterdir()] == ["a.bin"]


def test_an_old_file_is_kept_beside_with_its_mode_and_no_link_is_followed(tmp_path: Path) -> None:
    target, other = tmp_path / "a.toml", tmp_path / "other"
    assert keep_old(target) is None
    target.write_bytes(b"\xff old")
    target.chmod(0o600)
    other.write_text("mine")
    old_name(target).symlink_to(other)
    assert keep_old(target) == tmp_path / "a.toml~"
    target.write_text("new")
    assert old_name(target).read_bytes() == b"\xff old"
    assert stat.S_IMODE(old_name(target).stat().st_mode) == 0o600
    assert other.read_text() == "mine"
    assert keep_old(target) is not None
    assert old_name(target).read_text() == "new"


def test_a_block_alone_in_a_folder_waits_for_the_one_before(tmp_path: Path) -> None:
    seen: list[str] = []

    def second() -> None:
        with alone_in(tmp_path / "new"):
            seen.append("second")

    waiting = threading.Thread(target=second)
    with alone_in(tmp_path / "new"):
        waiting.start()
        waiting.join(0.2)
        seen.append("first")
    waiting.join()
    assert seen == ["first", "second"]
    (tmp_path / "file").write_text("")
    with pytest.raises(OutputError, match="file: cannot be written"), alone_in(tmp_path / "file"):
        pass
