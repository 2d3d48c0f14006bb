"""Files by their names, and the same bytes everywhere."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from planner.document.record import Report
from planner.document.written import FORMATS, as_json, format_of, rendered, write_report
from planner.errors import InputError

ROOT = Path(__file__).parents[3]
AGAIN = """
import sys
from pathlib import Path
from planner.document.compare import read_report
from planner.document.written import FORMATS, write_report
report = read_report(Path(sys.argv[1]))
for name in FORMATS:
    write_report(report, Path(sys.argv[2], f"report.{name}"))
"""


def test_the_format_is_that_of_the_name_and_another_is_answered_with_the_nearest() -> None:
    assert [format_of(Path(f"a.{name}")) for name in FORMATS] == list(FORMATS)
    with pytest.raises(InputError, match=r"--output: a\.htm: 'htm' is not known \(nearest first: html"):
        format_of(Path("a.htm"))


def test_json_is_ascii_without_signs_that_steer(made: Report) -> None:
    text = as_json(made.model_copy(update={"title": "a\x1b\u202e"}))
    assert b"\\u001b\\u202e" in text
    assert all(byte == 10 or 32 <= byte < 127 for byte in text)


def test_the_same_bytes_in_another_process_locale_time_zone_and_hash_seed(fleet_made: Report, tmp_path: Path) -> None:
    path, out = tmp_path / "old.json", tmp_path / "out"
    out.mkdir()
    path.write_bytes(as_json(fleet_made))
    environment = {
        **os.environ, "PYTHONHASHSEED": "7", "LC_ALL": "de_DE.UTF-8", "LANG": "de_DE.UTF-8", "TZ": "Asia/Tokyo",
        "PYTHONPATH": str(ROOT), "SOURCE_DATE_EPOCH": "1",
    }  # fmt: skip
    subprocess.run([sys.executable, "-c", AGAIN, str(path), str(out)], env=environment, check=True, cwd=tmp_path)
    for name in FORMATS:
        assert (out / f"report.{name}").read_bytes() == rendered(fleet_made, name), name


def test_a_file_is_replaced_whole(made: Report, tmp_path: Path) -> None:
    path = tmp_path / "r.json"
    path.write_text("old")
    write_report(made, path)
    assert path.read_bytes() == as_json(made)
    assert [each.name for each in tmp_path.iterdir()] == ["r.json"]
