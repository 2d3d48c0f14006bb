from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

from planner.calibration.own.calibrate import calibrate
from planner.calibration.own.kept import own_of
from planner.calibration.own.logged import KNOWN, judged_logs, told
from planner.calibration.own.logs import logged_run
from planner.calibration.own.store import export, stored, undo
from planner.catalogs import Catalogs
from tests.planner.calibration.own.conftest import C
from tests.planner.calibration.own.test_logs import LOG

START = (
    "INFO 07-01 Initializing a V1 LLM engine (v0.11.0) with config: model='meta-llama/Llama-3.1-8B-Instruct', "
    "tensor_parallel_size=1, max_seq_len=8192\nINFO Model loading took 14.99 GiB and 3 seconds\n"
    "INFO Available KV cache memory: {pool} GiB\n"
)


def written(path: Path, pool_gib: float) -> Path:
    path.write_text(START.format(pool=pool_gib))
    return path


def test_a_log_counts_once_and_one_above_its_card_not_at_all(catalogs: Catalogs) -> None:
    run = logged_run(LOG)
    large = replace(run, cells={**run.cells, "weights_gib": "40"})
    found = judged_logs([("a", run), ("b", run), ("c", large)], [], {}, catalogs, C)
    assert [file for file, _ in found.kept] == ["a"]
    assert [(r.run, r.reason == KNOWN) for r in found.refused] == [("b", True), ("c", False)]
    assert {figure.figure for figure in found.shown} == {"weights_gib", "kv_pool_gib", "kv_tokens"}
    assert len(told(found.kept, catalogs, C)) == 1


def test_what_a_log_does_not_state_is_said_with_its_flag(catalogs: Catalogs) -> None:
    run = logged_run(LOG)
    bare = {name: value for name, value in run.cells.items() if name not in ("gpu", "model_hf_id")}
    found = judged_logs([("a", replace(run, cells=bare))], [], {}, catalogs, C)
    assert found.refused[0].reason.count("-m ") == found.refused[0].reason.count("-g ") == 1
    named = replace(run, cells=bare | {"gpu_mem_gib": "44.4"})
    found = judged_logs([("a", named)], [], {"model": "Qwen/Qwen3-8B"}, catalogs, C)
    assert (found.kept, len(found.shown)) == ([], 3)
    assert "--gpu" in found.notes[0]


def test_a_log_alone_is_a_calibration_that_is_stored_added_to_exported_and_taken_back(
    tmp_path: Path, catalogs: Catalogs
) -> None:
    own, gpu = tmp_path / "own", {"gpu": "L40S"}
    first = calibrate([written(tmp_path / "1.log", 20.0)], gpu, catalogs, C, day="2026-11-29", overlay=own)
    assert first.answer.status == "calibrated"
    assert first.answer.memory[0].more_gib > 0.5
    first.stored_in(own)
    again = calibrate([written(tmp_path / "2.log", 20.0)], gpu, catalogs, C, day="2026-11-29", overlay=own).answer
    assert (again.status, [refused.reason for refused in again.refused]) == ("refused", [KNOWN])
    second = calibrate([written(tmp_path / "3.log", 20.1)], gpu, catalogs, C, day="2026-11-29", overlay=own)
    assert second.answer.memory[0].logs == 2
    second.stored_in(own)
    assert own_of(own, C, catalogs).memory == second.own.memory
    assert export(own, tmp_path / "all.json") == 2
    shared = calibrate([tmp_path / "all.json"], {}, catalogs, C, day="2026-11-29")
    assert shared.own.memory == second.own.memory
    undo(own)
    assert own_of(own, C, catalogs).memory == first.own.memory
    assert len(stored(own)) == 1


def test_another_release_finds_the_memory_anew_from_the_stored_logs(tmp_path: Path, catalogs: Catalogs) -> None:
    own = tmp_path / "own"
    made = calibrate([written(tmp_path / "1.log", 20.0)], {"gpu": "L40S"}, catalogs, C, day="2026-11-29", overlay=own)
    made.stored_in(own)
    (path,) = stored(own)
    path.write_text(json.dumps(json.loads(path.read_text()) | {"base": "other", "memory": []}))
    assert own_of(own, C, catalogs).memory == made.own.memory
