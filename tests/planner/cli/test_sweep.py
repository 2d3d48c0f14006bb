from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest

from planner.cli.sweep import Left, short_names
from tests.planner.cli.conftest import run

ASKED = ("sweep", "-m", "Qwen/Qwen3-8B", "-g", "L40S", "--isl", "800", "--osl", "200", "--tpot-p95", "0.05", "--jobs",
         "1")  # fmt: skip


def test_rows_go_to_the_file_and_the_counts_to_stdout(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "a.csv"
    code, told, err = run(
        capsys, *ASKED, "--over", "rate=1,4", "--over", "gpu=L40S,H999", "-o", str(out), "--format", "json"
    )
    assert code == 0
    assert json.loads(told) == {"written": str(out), "rows": 4, "feasible": 2, "infeasible": 0, "error": 2}
    rows = list(csv.DictReader(out.read_text().splitlines()))
    assert [(row["traffic.rate_per_s"], row["scope.gpus"], row["status"]) for row in rows] == [
        ("1", "L40S", "feasible"), ("1", "H999", "error"), ("4", "L40S", "feasible"), ("4", "H999", "error"),
    ]  # fmt: skip
    assert "4 rows" in err


def test_without_a_file_the_rows_are_the_answer(capsys: pytest.CaptureFixture[str]) -> None:
    code, told, _ = run(capsys, *ASKED, "--over", "rate=1:4:log2", "--format", "json")
    assert code == 0
    assert [row["status"] for row in json.loads(told)] == ["feasible"] * 2


def test_no_scenario_with_an_answer_is_a_negative_one(capsys: pytest.CaptureFixture[str]) -> None:
    code, told, _ = run(capsys, *ASKED, "--over", "rate=1", "--over", "tpot-p95=0.0001", "--format", "json")
    assert (code, json.loads(told)[0]["status"]) == (1, "infeasible")


def test_scenarios_from_a_file_and_a_chart(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    cases, chart = tmp_path / "cases.csv", tmp_path / "cost.svg"
    cases.write_text("rate\n1\n8\n64\n")
    args = (*ASKED, "--scenarios", str(cases), "--plot")
    assert run(capsys, *args, str(chart))[0] == 0
    assert chart.read_text().startswith("<svg")
    code, told, _ = run(capsys, *args, "-")
    assert code == 0
    assert "Cost by rate" in told


@pytest.mark.parametrize("args", [(), ("--over", "rate"), ("--over", "rate=1", "--scenarios", __file__),
                                  ("--over", "rate=1", "-o", "a.txt"), ("--over", "rate=1", "--plot", "a.pdf"),
                                  ("--over", "rate=1", "--over", "rate=2")])  # fmt: skip
def test_what_cannot_be_asked_is_one_line(capsys: pytest.CaptureFixture[str], args: tuple[str, ...]) -> None:
    code, out, err = run(capsys, *ASKED, *args)
    assert (code, out, err.count("\n")) == (2, "", 1)


def test_keys_have_the_names_of_their_flags() -> None:
    names = short_names()
    assert (names["rate"], names["gpu"], names["kv"]) == ("traffic.rate_per_s", "scope.gpus", "scope.kv_formats")
    assert (names["isl"], names["ttft-p95"]) == ("input_tokens.mean", "sla.ttft_p95_s")


def test_the_time_left_is_that_of_the_rows_of_this_run() -> None:
    progress = Left(100)
    progress(50, 100)
    began = progress._began_s
    assert progress.left(50, 100, began) == ""
    assert progress.left(60, 100, began + 10.0) == ", 40 seconds left"
    assert progress.left(60, 100, began + 60.0) == ", 4 minutes left"
