from __future__ import annotations

import json
from pathlib import Path

import pytest

from planner.calibration.own.store import digest, export, read, runs_of, stored, undo, write
from planner.errors import InputError
from planner.physics.own import MeasuredPlace, OwnFactors


def own(gpu: str, value: float) -> OwnFactors:
    runs = MeasuredPlace(gpu, "vllm", "llama", "2026-11-28", 5, {"tpot": (0.9, 1.1)}, {"tpot": {0.9: 1.1}})
    factors = {("own", f"{gpu} @ vllm", "all"): value, ("own term", f"linear @ {gpu} @ vllm", "compute"): value}
    return OwnFactors(factors, (runs,))


def put(folder: Path, gpu: str, value: float) -> str:
    return write(folder, "2026-11-29", [], own(gpu, value), {})


def test_nothing_stored_cannot_be_taken_back_or_exported(tmp_path: Path) -> None:
    for what in (lambda: undo(tmp_path), lambda: export(tmp_path, tmp_path / "x.json")):
        with pytest.raises(InputError, match="no calibration is stored"):
            what()


def test_the_newest_goes_first(tmp_path: Path) -> None:
    assert [put(tmp_path, "l40s", 1.1), put(tmp_path, "l4", 1.2)] == ["0001", "0002"]
    assert [undo(tmp_path), undo(tmp_path)] == ["0002", "0001"]
    assert stored(tmp_path) == []


def test_what_is_written_is_read_again(tmp_path: Path) -> None:
    put(tmp_path, "l4", 1.0)
    (path,) = stored(tmp_path)
    record = read(path)
    assert (record["made"], record["base"]) == ("2026-11-29", digest())
    assert runs_of(record, str(path)) == []
    assert json.loads(path.read_text())["gpuplan_calibration"] == 1
