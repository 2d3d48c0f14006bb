from __future__ import annotations

import os
from pathlib import Path

import pytest

from planner.errors import InputError
from planner.files import MOST_CELLS, MOST_COLUMNS, bounded_bytes, bounded_text, opened, table_of


@pytest.mark.parametrize("name", ["/dev/zero", "folder", "pipe", "zero", "missing", "a\0b", "n" * 300, "loop"])
def test_what_is_no_regular_file_is_not_read(tmp_path: Path, name: str) -> None:
    (tmp_path / "folder").mkdir()
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "zero").symlink_to("/dev/zero")
    (tmp_path / "loop").symlink_to("loop")
    with pytest.raises(InputError) as caught:
        opened(tmp_path / name)
    assert "\n" not in str(caught.value)


def test_the_bytes_that_are_read_are_bounded_whatever_size_is_stated(tmp_path: Path) -> None:
    """Files of /proc state a size of 0."""
    path = tmp_path / "a"
    path.write_bytes(b"x" * 101)
    with pytest.raises(InputError, match="larger than 100 bytes"):
        bounded_text(path, 100)
    assert bounded_text(path, 101) == "x" * 101
    status = Path("/proc/self/status")
    if status.is_file():
        with pytest.raises(InputError, match="larger than 100 bytes"):
            bounded_text(status, 100)


def test_a_file_that_waits_for_bytes_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As /proc/kmsg does: a regular file by its kind."""
    path, (reader, writer) = tmp_path / "a", os.pipe()
    path.write_text("a")
    regular, opens = os.stat(path), os.open

    def opened_pipe(name: object, flags: int) -> int:
        os.set_blocking(reader, False)
        return os.dup(reader) if name == path else opens(str(name), flags)

    with monkeypatch.context() as patch:
        patch.setattr(os, "open", opened_pipe)
        patch.setattr(os, "fstat", lambda handle: regular)
        with pytest.raises(InputError, match="holds nothing now"):
            bounded_bytes(path, 10)
        with opened(path) as handle, pytest.raises(BlockingIOError):
            handle.read()
    for end in (reader, writer):
        os.close(end)


def test_a_mark_of_the_order_of_bytes_is_no_part_of_the_text(tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_bytes(b"\xef\xbb\xbfabc")
    assert bounded_text(path, 100) == "abc"
    path.write_bytes(b"ab\xff")
    with pytest.raises(InputError, match=r"cannot be read \(not UTF-8 at byte 2\)"):
        bounded_text(path, 100)


def test_limits_of_a_table_are_named(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text(",".join(f"c{i}" for i in range(MOST_COLUMNS + 1)))
    with pytest.raises(InputError, match="more than 1,000 columns"):
        table_of(path, 10**6)
    path.write_text("a,b\n" + "x" * 140_000 + ",1\n")
    with pytest.raises(InputError, match=r"line 2: not valid CSV \(field larger than field limit \(131072\)\)"):
        list(table_of(path, 10**6)[1])
    path.write_text(",".join(f"c{i}" for i in range(MOST_COLUMNS)) + "\nx" * (MOST_CELLS // MOST_COLUMNS + 1))
    with pytest.raises(InputError, match="more than 3,000,000 cells"):
        for _ in table_of(path, 10**6)[1]:
            pass
