from __future__ import annotations

import json
from pathlib import Path

import pytest

from planner.cli.calibrations import export_all, list_all, show_one, undo_last
from tests.planner.cli.conftest import run
from tests.planner.measurements.samples import VLLM


@pytest.fixture
def own(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Path:
    (tmp_path / "own").mkdir()
    (tmp_path / "bench.json").write_text(json.dumps(VLLM))
    args = ("-g", "L40S", "--engine", "vllm", "--tp", "1", "--yes", "--catalog", str(tmp_path / "own"))
    assert run(capsys, "calibrate", str(tmp_path / "bench.json"), *args)[0] == 0
    return tmp_path / "own"


def test_what_is_stored_is_listed_and_shown(own: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert list_all(own, "json") == 0
    (row,) = json.loads(capsys.readouterr().out)
    assert (row["id"], row["gpu"], row["points"], row["files"]) == ("0001", "l40s", 1, "bench.json")
    assert show_one(own, "0001", "json") == 0
    assert json.loads(capsys.readouterr().out)["stored"] == "0001"


def test_an_export_is_a_calibration_for_someone_else(
    own: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    shared, other = tmp_path / "shared.json", tmp_path / "other"
    other.mkdir()
    assert export_all(own, shared, "json") == 0
    assert json.loads(capsys.readouterr().out)["runs"] == 1
    assert run(capsys, "calibrate", str(shared), "--yes", "--catalog", str(other))[0] == 0
    factors = [json.loads((folder / "calibrations" / "0001.json").read_text())["factors"] for folder in (own, other)]
    assert factors[0] == factors[1]


def test_the_newest_is_taken_back(own: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert undo_last(own, "json") == 0
    assert json.loads(capsys.readouterr().out) == {"undone": "0001"}
    assert list_all(own, "json") == 0
    assert json.loads(capsys.readouterr().out) == []
