from __future__ import annotations

from pathlib import Path

import pytest

from planner.calibration.own.calibrate import calibrate
from planner.calibration.own.logs import log_figures, log_in, log_problem, logged_run, stated_by, with_stated
from planner.catalogs import Catalogs
from planner.errors import InputError, PlannerError
from planner.evidence.names import find_model
from planner.logs.record import LogFigures, StartupLog, StatedSettings
from tests.planner.calibration.own.conftest import C, asked, measured_rows, write_rows

LOG = StartupLog(
    engine="vllm", version="0.11.0", model="meta-llama/Llama-3.1-8B-Instruct", gpus=("NVIDIA L40S",),
    settings=StatedSettings(tp=1, memory_fraction=0.9, max_model_len=8192),
    figures=LogFigures(weights_gib=14.99, kv_pool_gib=23.0, kv_tokens=188_000),
)  # fmt: skip
TEXT = (
    "INFO 07-01 Initializing a V1 LLM engine (v0.11.0) with config: model='Qwen/Qwen3-8B', tensor_parallel_size=1\n"
    "INFO Model loading took 15.27 GiB and 3 seconds\nINFO Available KV cache memory: 20.0 GiB\n"
)


ROW = logged_run(LOG).cells


def test_what_a_log_states_are_columns() -> None:
    told = stated_by(LOG)
    assert (told["engine"], told["engine_version"], told["tp"], told["gpu"]) == ("vllm", "0.11.0", "1", "NVIDIA L40S")
    assert with_stated(ROW, {"gpu": "L4", "isl": "9"}) == {**ROW, "gpu": "L4"}


def test_a_folder_of_the_hubs_cache_is_the_model_that_it_holds(catalogs: Catalogs) -> None:
    path = "/root/.cache/huggingface/hub/models--meta-llama--Llama-3.1-8B-Instruct/snapshots/0e9e39f249a1"
    log = LOG.model_copy(update={"model": path})
    assert stated_by(log)["model"] == LOG.model
    assert logged_run(log).cells == ROW
    assert find_model(path, catalogs.models) == find_model(LOG.model or "", catalogs.models)
    with pytest.raises(PlannerError, match="nobody/none"):
        find_model("/hub/models--nobody--none/snapshots/ab", catalogs.models)


def test_its_memory_is_compared(catalogs: Catalogs) -> None:
    found = {figure.figure: figure for figure in log_figures("start.log", ROW, catalogs, C)}
    assert found["weights_gib"].before == pytest.approx(14.99, rel=0.02)
    assert found["kv_pool_gib"].before == pytest.approx(23.0, rel=0.2)


def test_memory_above_the_card_is_refused(catalogs: Catalogs) -> None:
    large = logged_run(LOG.model_copy(update={"figures": LogFigures(weights_gib=30.0, kv_pool_gib=23.0)})).cells
    assert not log_problem(ROW, catalogs)
    assert "of the card" in log_problem(large, catalogs)
    with pytest.raises(InputError, match="of the card"):
        log_figures("start.log", large, catalogs, C)


def test_a_log_states_what_the_runs_beside_it_do_not(tmp_path: Path, with_own: Catalogs) -> None:
    rows = [row | {"engine": "", "engine_version": ""} for row in measured_rows(asked(), with_own)]
    (tmp_path / "start.log").write_text(TEXT)
    assert log_in(tmp_path / "start.log") is not None
    files = [tmp_path / "start.log", write_rows(tmp_path / "a.csv", rows)]
    found = calibrate(files, {}, with_own, C, day="2026-11-29").answer
    assert {place.engine for place in found.places} == {"vllm"}


def test_another_file_is_no_log(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("hello")
    assert log_in(tmp_path / "a.txt") is None
