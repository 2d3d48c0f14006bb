from __future__ import annotations

import json
from pathlib import Path

import pytest

from planner.calibration.own.store import digest, export, own_of, read, runs_of, stored, undo, write
from planner.catalogs import Catalogs
from planner.errors import InputError
from planner.physics.own import NOTHING, OwnFactors, OwnRuns
from tests.planner.calibration.own.conftest import C


def own(gpu: str, value: float) -> OwnFactors:
    runs = OwnRuns(gpu, "vllm", "llama", "2026-11-28", 5, {"tpot": (0.9, 1.1)}, {"tpot": {0.9: 1.1}})
    factors = {("own", f"{gpu} @ vllm", "all"): value, ("own term", f"linear @ {gpu} @ vllm", "compute"): value}
    return OwnFactors(factors, (runs,))


def put(folder: Path, gpu: str, value: float) -> str:
    return write(folder, "2026-11-29", [], own(gpu, value), {})


def test_the_newest_counts_on_its_place_alone(tmp_path: Path, catalogs: Catalogs) -> None:
    assert own_of(tmp_path, C, catalogs) is NOTHING
    assert [put(tmp_path, "l40s", 1.1), put(tmp_path, "l4", 1.2), put(tmp_path, "l40s", 1.3)] == [
        "0001",
        "0002",
        "0003",
    ]
    found = own_of(tmp_path, C, catalogs)
    assert found.factors["own", "l40s @ vllm", "all"] == 1.3
    assert found.factors["own", "l4 @ vllm", "all"] == 1.2
    assert len(found.runs) == 2
    assert undo(tmp_path) == "0003"
    assert own_of(tmp_path, C, catalogs).factors["own", "l40s @ vllm", "all"] == 1.1


def test_nothing_stored_cannot_be_taken_back_or_exported(tmp_path: Path) -> None:
    for what in (lambda: undo(tmp_path), lambda: export(tmp_path, tmp_path / "x.json")):
        with pytest.raises(InputError, match="no calibration is stored"):
            what()


@pytest.mark.parametrize("text", ["", "{}", "[]", '{"gpuplan_calibration": 1}', '{"gpuplan_calibration": 9}', "\0",
                                  '{"gpuplan_calibration": 1, "base": "DIGEST", "factors": 3, "runs": []}',
                                  '{"gpuplan_calibration": 1, "base": "DIGEST", "factors": [], "runs": [1]}',
                                 ])  # fmt: skip
def test_a_file_that_is_none_is_one_line(tmp_path: Path, catalogs: Catalogs, text: str) -> None:
    put(tmp_path, "l4", 1.0)
    stored(tmp_path)[0].write_text(text.replace("DIGEST", digest()))
    with pytest.raises(InputError) as error:
        own_of(tmp_path, C, catalogs)
    assert "0001.json" in str(error.value)
    assert "\n" not in str(error.value)


def test_what_is_written_is_read_again(tmp_path: Path) -> None:
    put(tmp_path, "l4", 1.0)
    (path,) = stored(tmp_path)
    record = read(path)
    assert (record["made"], record["base"]) == ("2026-11-29", digest())
    assert runs_of(record, str(path)) == []
    assert json.loads(path.read_text())["gpuplan_calibration"] == 1
