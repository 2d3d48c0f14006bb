from __future__ import annotations

from pathlib import Path

import pytest

from planner.calibration.own.calibrate import calibrate
from planner.calibration.own.matching import matched
from planner.calibration.own.update import update, useful
from planner.catalogs import Catalogs
from planner.measurements.run import MeasuredRun
from tests.planner.calibration.own.conftest import C, asked, measured_rows, write_rows


def test_each_gpu_and_engine_is_fitted_for_itself(tmp_path: Path, with_own: Catalogs) -> None:
    rows = measured_rows(asked(), with_own, 1.25)
    fast = measured_rows(asked(gpu="L40S"), with_own, 1.0)
    together = calibrate([write_rows(tmp_path / "a.csv", [*rows, *fast])], {}, with_own, C, day="2026-11-29").own
    alone = calibrate([write_rows(tmp_path / "b.csv", rows)], {}, with_own, C, day="2026-11-29").own
    mine = {key: value for key, value in together.factors.items() if "made-up" in key[1]}
    assert mine == pytest.approx(alone.factors, rel=1e-6)
    assert {run.gpu for run in together.runs} == {"made-up", "l40s"}


def test_speeds_of_llamacpp_narrow_the_times_that_they_tell(catalogs: Catalogs) -> None:
    speeds = []
    for test, rate in (("tg128", 60.0), ("tg256", 60.0), ("pp512", 3000.0)):
        cells = {"test": test, "tok_s": str(rate), "quant": "Q4_K_M", "gpu": "RTX 4090"}
        run = MeasuredRun("llama-bench", test, cells, ("Qwen3-8B-Q4_K_M.gguf",), day="2026-11-01")
        speeds.append(matched("a.json", run, {}, catalogs))
    found = update(speeds, catalogs, C, "2026-11-29")
    assert {(place.figure, place.points) for place in found.places} == {("tpot", 2), ("ttft", 1)}
    assert {shown.figure for shown in found.runs} == {"output_tok_s"}
    assert found.own.runs[0].day == "2026-11-01"


def test_a_run_without_a_fitted_figure_is_not_useful(with_own: Catalogs) -> None:
    (row, *_) = measured_rows(asked(), with_own)
    run = MeasuredRun("points CSV", "", row, (row["model"],))
    assert useful(matched("a.csv", run, {}, with_own), with_own)
    bare = {k: v for k, v in row.items() if k not in ("tpot_ms_mean", "ttft_ms_mean", "output_tok_s")}
    assert not useful(matched("a.csv", MeasuredRun("points CSV", "", bare, (row["model"],)), {}, with_own), with_own)
