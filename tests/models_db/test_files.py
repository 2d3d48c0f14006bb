from __future__ import annotations

from pathlib import Path

import pytest

from models_db.files import replacing
from planner.errors import OutputError


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
