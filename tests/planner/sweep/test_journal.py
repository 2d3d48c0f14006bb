from __future__ import annotations

import errno
import json
import os
from pathlib import Path

import pytest

from planner.errors import InputError, OutputError
from planner.sweep.journal import Journal
from planner.sweep.rows import FIGURES, SweepRow

SWEEP = {"of": "a"}
DAY = "2026-11-29"


def row(usd_per_hour: float = 1.5) -> SweepRow:
    told = {"status": "feasible", "gpu": "L40S", "gpus": 1, "usd_per_hour": usd_per_hour, "price_as_of": "2026-11-01"}
    return dict.fromkeys(FIGURES) | told


def opened(folder: Path, sweep: dict[str, str] = SWEEP, day: str = DAY) -> Journal:
    return Journal(folder / "out.csv", sweep, day, 10)


def test_rows_are_there_again_and_the_first_day_counts(tmp_path: Path) -> None:
    first = opened(tmp_path)
    first.add_all([(1, row(1.5)), (0, row(2.5))])
    first.close(done=False)
    second = opened(tmp_path, day="2026-11-30")
    assert second.rows == {1: row(1.5), 0: row(2.5)}
    assert second.day == "2026-11-29"
    second.close(done=True)
    assert list(tmp_path.iterdir()) == []


def test_a_line_that_was_cut_short_goes_wherever_it_was_cut(tmp_path: Path) -> None:
    journal = opened(tmp_path)
    journal.add(0, row(1))
    journal.add(1, row(2))
    journal.close(done=False)
    whole = journal.path.read_bytes()
    head = whole.index(b"\n") + 2
    for length in (*range(head), *range(head, len(whole), 31), len(whole) - 1):
        journal.path.write_bytes(whole[:length])
        again = opened(tmp_path)
        lines = whole[:length].count(b"\n")
        assert again.rows == {i: row(i + 1) for i in range(max(0, lines - 1))}
        again.add(7, row(7))
        again.close(done=False)
        final = opened(tmp_path)
        assert final.rows[7] == row(7)
        final.close(done=False)


def test_another_sweep_and_another_file_are_refused(tmp_path: Path) -> None:
    opened(tmp_path).close(done=False)
    with pytest.raises(InputError, match="another sweep"):
        opened(tmp_path, {"of": "b"})
    (tmp_path / ".out.csv.sweep").write_text("hello\n")
    with pytest.raises(InputError, match="no journal"):
        opened(tmp_path)


def test_two_programs_do_not_write_one_journal(tmp_path: Path) -> None:
    first = opened(tmp_path)
    with pytest.raises(InputError, match="another sweep writes it"):
        opened(tmp_path)
    first.close(done=True)


FOREIGN = [b"precious notes without an end", b"precious line\nsecond", b"[1]\n", b"5\n", b"null\n", b"\xff\xfe\n",
           b"[" * 100_000 + b"\n", b"x" * 200_000, b'{"sweep": {"of": "a"}, "day": "9999-99-99"}\n',
           b'{"sweep": {"of": "a"}, "day": "2026-02-30"}\n', b'{"sweep": {"of": "a"}, "day": "2026-11-30"}\n',
           b'{"sweep": {"of": "a"}, "day": 5}\n', b'{"sweep": {"of": "a"}}\n', b'{"sweep": {"of": "b"}, "day": "2026-',
           b'{"sweep": {"of": "b"}, "day": "2026-11-29"}\n[0, {}]\nhalf']  # fmt: skip


@pytest.mark.parametrize("text", FOREIGN)
def test_a_file_that_is_no_journal_of_this_sweep_is_left_as_it_is(tmp_path: Path, text: bytes) -> None:
    path = tmp_path / ".out.csv.sweep"
    path.write_bytes(text)
    with pytest.raises(InputError) as error:
        opened(tmp_path)
    assert str(path) in str(error.value)
    assert path.read_bytes() == text


@pytest.mark.parametrize("kind", ["link", "broken link", "loop", "device", "fifo", "folder"])
def test_what_is_no_file_is_refused_and_not_followed(tmp_path: Path, kind: str) -> None:
    path, notes = tmp_path / ".out.csv.sweep", tmp_path / "notes.txt"
    notes.write_text("precious")
    make = {
        "link": lambda: path.symlink_to(notes), "broken link": lambda: path.symlink_to(tmp_path / "none"),
        "loop": lambda: path.symlink_to(path), "device": lambda: path.symlink_to("/dev/zero"),
        "fifo": lambda: os.mkfifo(path), "folder": path.mkdir,
    }  # fmt: skip
    make[kind]()
    with pytest.raises(InputError, match="not a regular file"):
        opened(tmp_path)
    assert notes.read_text() == "precious"
    assert not (tmp_path / "none").exists()


BENT: list[object] = [
    [1.7, row()], ["1", row()], [True, row()], [-1, row()], [10, row()], [0, row()], [1, {}], [1, [1, 2]], [1, None],
    [1, "x"], [1, row(), 3], {}, None, [1, row() | {"usd_per_hour": "2"}], [1, row() | {"usd_per_hour": float("nan")}],
    [1, row() | {"usd_per_hour": float("inf")}], [1, row() | {"usd_per_hour": True}], [1, row() | {"gpus": 2.7}],
    [1, row() | {"status": {"a": 1}}], [1, row() | {"status": "error"}], [1, row() | {"gpu": "\x1b[31m"}],
    [1, row() | {"price_as_of": 20260230}], [1, row() | {"more": 1}], [1, row() | {"usd_per_hour": None}],
    [1, {name: value for name, value in row().items() if name != "error"}],
]  # fmt: skip
RAW = [b"[1e999, {}]", b"[NaN, {}]", b"[" * 30_000, b"[" * 100_000, b"[" + b"9" * 5000 + b", {}]", b"\xff", b"",
       json.dumps([1, row()]).replace("1.5", "1e999").encode()]  # fmt: skip


@pytest.mark.parametrize("line", [*(json.dumps(value).encode() for value in BENT), *RAW])
def test_a_bent_row_and_those_after_it_are_computed_anew(tmp_path: Path, line: bytes) -> None:
    journal = opened(tmp_path)
    journal.add(0, row())
    journal.close(done=False)
    whole = journal.path.read_bytes()
    journal.path.write_bytes(whole + line + b"\n" + json.dumps([2, row()]).encode() + b"\n")
    again = opened(tmp_path)
    assert again.rows == {0: row()}
    again.close(done=False)
    assert journal.path.read_bytes() == whole


def test_a_full_disk_is_an_error_that_names_the_journal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    journal = opened(tmp_path)

    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", full)
    journal.add(0, row())
    with pytest.raises(OutputError, match=r"\.out\.csv\.sweep: cannot be written \(No space left on device\)"):
        journal.flush()
    journal.close(done=False)
