from __future__ import annotations

from pathlib import Path

import pytest

from planner.calibration.own.calibrate import calibrate
from planner.calibration.own.matching import matched
from planner.calibration.own.missing import MissingError, of_a_load, together
from planner.catalogs import Catalogs
from planner.measurements.run import MeasuredRun
from tests.planner.calibration.own.conftest import C, asked, write_rows
from tests.planner.calibration.own.test_matching import run


def test_all_that_is_missing_is_asked_for_at_once_with_an_example(catalogs: Catalogs) -> None:
    bare = run(("served",), drafts=True, isl="", osl="", concurrency="")
    with pytest.raises(MissingError) as caught:
        matched("a.json", bare, {}, catalogs)
    flags = ["--model", "--gpu", "--engine", "--isl", "--osl", "--tp", "--concurrency", "--speculation"]
    assert list(caught.value.needs) == flags
    text = str(caught.value)
    assert text.count("\n") == 0
    assert text.endswith(
        "(as -m Qwen/Qwen3-8B -g L40S --engine vllm --tp 1 --isl 1024 --osl 256 --concurrency 16 --speculation eagle:3)"
    )


def test_what_several_runs_need_is_one_error_of_the_first() -> None:
    found = together([MissingError("a", {"--gpu": "x"}), MissingError("b", {"--tp": "y", "--gpu": "z"})])
    assert (found.place, found.needs) == ("a", {"--gpu": "x", "--tp": "y"})


def test_files_that_miss_different_things_are_asked_for_together(tmp_path: Path, catalogs: Catalogs) -> None:
    rows = [row | {"gpu": "L40S", "tpot_ms_mean": "30"} for row in asked()[:2]]
    paths = [write_rows(tmp_path / f"{name}.csv", [rows[i] | {name: ""}]) for i, name in enumerate(("gpu", "engine"))]
    with pytest.raises(MissingError) as caught:
        calibrate(paths, {}, catalogs, C, day="2026-11-29")
    assert set(caught.value.needs) == {"--gpu", "--engine"}


def test_a_whole_row_needs_nothing() -> None:
    row = {"engine": "vllm", "isl": "1", "osl": "1", "gpus": "1", "load": "offline"}
    assert of_a_load(row, MeasuredRun("a format", "", {})) == {}
