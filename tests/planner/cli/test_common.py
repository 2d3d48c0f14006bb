"""What every command does: the user's own records, and a bar that tells how far it is."""

from __future__ import annotations

import re
import sys
import time
from itertools import count
from pathlib import Path

import pytest

from planner.cli.common import load_planner, overlay, progress_bar
from planner.cli.main import main
from planner.errors import InputError
from planner.evidence import FOLDER


def test_a_catalog_that_is_no_directory_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="--catalog"):
        overlay(tmp_path / "none")
    assert overlay(tmp_path) == tmp_path
    assert load_planner(tmp_path).catalogs.models.overlay == tmp_path


def test_a_bar_is_drawn_on_terminals_alone(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    later = iter([0.0, 1.0, 2.0])
    monkeypatch.setattr(time, "monotonic", lambda: next(later))
    with progress_bar("work") as report:
        report(1, 4)
    assert capsys.readouterr().err == ""
    later = iter([0.0, 1.0, 2.0])
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    with progress_bar("work") as report:
        report(1, 4)
    assert "25%" in capsys.readouterr().err


@pytest.mark.parametrize("columns", ["", "80"])
@pytest.mark.parametrize(
    "args",
    [
        ["gpus"], ["models", "llama"], ["formats", "-g", "H100"], ["prices", "-g", "H200"],
        ["fit", "-m", "Qwen/Qwen3-8B"], ["estimate", "-m", "Qwen/Qwen3-8B", "-g", "L40S"],
        ["quant", "-m", "Qwen/Qwen3-8B", "-g", "L40S"],
        ["plan", "-m", "Qwen/Qwen3-8B", "-g", "L40S", "--rate", "1", "--ttft-p95", "1", "--no-verify"],
    ],
)  # fmt: skip
def test_what_goes_to_a_pipe_is_100_columns_wide_or_as_many_as_are_asked_for(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, args: list[str], columns: str
) -> None:
    monkeypatch.setenv("COLUMNS", columns)
    assert main(args) == 0
    assert max(map(len, capsys.readouterr().out.splitlines())) <= int(columns or 100)


@pytest.mark.parametrize(
    ("args", "phases"),
    [
        (["validate"], {"start-up logs", "llama.cpp files", "start-up logs by a fit without them"}),
        (["validate", "--memory", "logs.csv"], {"rows"}),
        (["tco", "-m", "Qwen/Qwen3-8B", "--tokens-per-month", "50e6", "--api", "openai/gpt-4o"],
         {"comparing ways to host"}),
    ],
)  # fmt: skip
@pytest.mark.usefixtures("some_start_up_logs")
def test_long_commands_tell_how_far_they_are(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, args: list[str], phases: set[str],
    tmp_path: Path,
) -> None:  # fmt: skip
    monkeypatch.chdir(tmp_path)
    logs = (FOLDER / "memory.csv").read_text(encoding="utf-8").splitlines(keepends=True)
    (tmp_path / "logs.csv").write_text("".join(logs[:20]), encoding="utf-8")
    monkeypatch.setattr("planner.cli.common.QUIET_S", -1.0)
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    assert main(args) == 0
    drawn = re.findall(r"\x1b\[K(.*?)(?:, run \d+)? \[(#*)", capsys.readouterr().err)
    assert {label for label, _ in drawn} == phases
    assert all(any(len(bar) == 30 for label, bar in drawn if label == phase) for phase in phases)


def test_the_total_of_a_bar_never_changes(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    later = count()
    monkeypatch.setattr(time, "monotonic", lambda: float(next(later)))
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    with progress_bar("work") as report:
        told = report.phase("the rate that breaks")
        for done, total in ((10, 100), (60, 100), (10, 120), (110, 120), (20, 120)):
            told(done, total)
        report(1, 4)
    drawn = re.findall(r"\x1b\[K(.*?) \[.*? of (\d+)", capsys.readouterr().err)
    assert [(label, int(total)) for label, total in drawn] == [
        ("the rate that breaks", 100), ("the rate that breaks", 100), ("the rate that breaks, run 2", 120),
        ("the rate that breaks, run 2", 120), ("the rate that breaks, run 3", 120), ("work", 4),
    ]  # fmt: skip
    totals = {label: {total for name, total in drawn if name == label} for label, _ in drawn}
    assert all(len(known) == 1 for known in totals.values())
