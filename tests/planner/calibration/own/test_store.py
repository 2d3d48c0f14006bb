from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from planner.calibration.own.store import LAST, digest, export, read, runs_in, stored, undo, write
from planner.errors import InputError, OutputError
from planner.physics.own import MeasuredPlace, OwnFactors


def own(gpu: str, value: float) -> OwnFactors:
    runs = MeasuredPlace(
        gpu, "vllm", "llama", "bf16", "tp1", "2026-11-28", 5, {"tpot": (0.9, 1.1)}, {"tpot": {0.9: 1.1}}
    )
    factors = {("own", f"{gpu} @ vllm", "all"): value, ("own term", f"linear @ {gpu} @ vllm", "compute"): value}
    return OwnFactors(factors, (runs,), {(gpu, "vllm", "llama"): value})


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
    assert (record.made, record.base) == ("2026-11-29", digest())
    assert runs_in(path) == []
    assert json.loads(path.read_text())["gpuplan_calibration"] == 1


def test_each_of_many_writers_at_once_has_a_number_of_its_own(tmp_path: Path) -> None:
    writers, each = 4, 10
    begin, told = os.pipe()
    children = []
    for k in range(writers):
        child = os.fork()
        if child == 0:
            code = 1
            try:
                os.close(told)
                os.read(begin, 1)
                for i in range(each):
                    put(tmp_path, f"gpu-{k}", 1.0 + i / 100)
                code = 0
            finally:
                os._exit(code)
        children.append(child)
    os.close(told)
    os.close(begin)
    assert [os.waitpid(child, 0)[1] for child in children] == [0] * writers
    assert [path.stem for path in stored(tmp_path)] == [f"{i:04d}" for i in range(1, writers * each + 1)]
    kept = [read(path).runs[0].gpu for path in stored(tmp_path)]
    assert sorted(kept) == sorted(f"gpu-{k}" for k in range(writers) for _ in range(each))
    assert all(path.suffix == ".json" for path in (tmp_path / "calibrations").iterdir())


def test_a_number_without_a_next_is_one_line_and_stays_readable(tmp_path: Path) -> None:
    put(tmp_path, "l4", 1.0)
    folder = tmp_path / "calibrations"
    (folder / "0001.json").rename(folder / f"{LAST - 1}.json")
    assert put(tmp_path, "l4", 1.0) == str(LAST)
    with pytest.raises(OutputError, match=f"no number is left after {LAST}"):
        put(tmp_path, "l4", 1.0)
    assert [path.stem for path in stored(tmp_path)] == [str(LAST - 1), str(LAST)]


def test_what_a_killed_writer_left_goes_whatever_its_number(tmp_path: Path) -> None:
    put(tmp_path, "l4", 1.0)
    folder = tmp_path / "calibrations"
    (folder / ".0001.json.01234567.part").write_text("half")
    (folder / ".0040.json.89abcdef.part").write_text("half")
    (folder / ".notes.01234567.part").write_text("of another program")
    put(tmp_path, "l4", 1.0)
    assert sorted(path.name for path in folder.iterdir()) == [".notes.01234567.part", "0001.json", "0002.json"]
