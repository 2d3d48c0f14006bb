from __future__ import annotations

from pathlib import Path

import pytest

from planner.calibration.own.files import read_files
from planner.calibration.own.logs import LOG
from planner.errors import InputError
from tests.planner.calibration.own.conftest import asked, write_rows
from tests.planner.calibration.own.test_logs import TEXT


def test_runs_and_logs_are_told_apart_by_their_content(tmp_path: Path) -> None:
    (tmp_path / "start.csv").write_text(TEXT)
    rows = [row | {"tpot_ms_mean": "10"} for row in asked()[:2]]
    found = read_files([tmp_path / "start.csv", write_rows(tmp_path / "a.log", rows)])
    assert [file for file, _ in found.runs] == ["a.log", "a.log"]
    ((file, log),) = found.logs
    assert (file, log.format) == ("start.csv", LOG)
    assert found.told["engine_version"] == "0.11.0"


def test_a_file_that_is_neither_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("hello")
    with pytest.raises(InputError) as error:
        read_files([tmp_path / "a.txt"])
    assert "\n" not in str(error.value)
