from __future__ import annotations

from pathlib import Path

import pytest

from planner.errors import InputError
from planner.sweep.journal import Journal

SWEEP = {"of": "a"}


def test_rows_are_there_again_and_the_first_day_counts(tmp_path: Path) -> None:
    first = Journal(tmp_path / "out.csv", SWEEP, "2026-11-29")
    first.add_all([(1, {"a": 1.5}), (0, {"a": None})])
    first.close(done=False)
    second = Journal(tmp_path / "out.csv", SWEEP, "2026-11-30")
    assert second.rows == {1: {"a": 1.5}, 0: {"a": None}}
    assert second.day == "2026-11-29"
    second.close(done=True)
    assert list(tmp_path.iterdir()) == []


def test_a_line_that_was_cut_short_goes_wherever_it_was_cut(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "out.csv", SWEEP, "2026-11-29")
    journal.add(0, {"a": 1})
    journal.add(1, {"a": 2})
    journal.close(done=False)
    whole = journal.path.read_bytes()
    for length in range(len(whole)):
        journal.path.write_bytes(whole[:length])
        again = Journal(tmp_path / "out.csv", SWEEP, "2026-11-29")
        lines = whole[:length].count(b"\n")
        assert again.rows == {i: {"a": i + 1} for i in range(max(0, lines - 1))}
        again.add(7, {"a": 7})
        again.close(done=False)
        final = Journal(tmp_path / "out.csv", SWEEP, "2026-11-29")
        assert final.rows[7] == {"a": 7}
        final.close(done=False)


def test_another_sweep_and_another_file_are_refused(tmp_path: Path) -> None:
    Journal(tmp_path / "out.csv", SWEEP, "2026-11-29").close(done=False)
    with pytest.raises(InputError, match="another sweep"):
        Journal(tmp_path / "out.csv", {"of": "b"}, "2026-11-29")
    (tmp_path / ".out.csv.sweep").write_text("hello\n")
    with pytest.raises(InputError, match="no journal"):
        Journal(tmp_path / "out.csv", SWEEP, "2026-11-29")


def test_two_programs_do_not_write_one_journal(tmp_path: Path) -> None:
    first = Journal(tmp_path / "out.csv", SWEEP, "2026-11-29")
    with pytest.raises(InputError, match="another sweep writes it"):
        Journal(tmp_path / "out.csv", SWEEP, "2026-11-29")
    first.close(done=True)
