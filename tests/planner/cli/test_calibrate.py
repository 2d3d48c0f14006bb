from __future__ import annotations

import json
import random
from pathlib import Path

import pytest

from planner.calibration.own.store import stored
from planner.cli.main import main
from tests.planner.cli.conftest import run
from tests.planner.measurements.samples import ALL, VLLM
from tests.torture.test_kills import KILLS, forked

GIVEN = ("-g", "L40S", "--engine", "vllm", "--tp", "1")


@pytest.fixture
def bench(tmp_path: Path) -> Path:
    (tmp_path / "own").mkdir()
    (tmp_path / "bench.json").write_text(json.dumps(VLLM))
    return tmp_path / "bench.json"


def calibrate(capsys: pytest.CaptureFixture[str], bench: Path, *args: str) -> tuple[int, str, str]:
    return run(capsys, "calibrate", "--catalog", str(bench.parent / "own"), *args)


def test_a_dry_run_shows_and_stores_nothing(bench: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = calibrate(capsys, bench, str(bench), *GIVEN, "--dry-run", "--format", "json")
    answer = json.loads(out)
    assert (code, answer["status"], answer["stored"]) == (0, "calibrated", None)
    assert {figure["figure"] for figure in answer["runs"]} == {"ttft", "tpot", "output_tok_s"}
    assert not stored(bench.parent / "own")


def test_without_a_terminal_storing_needs_yes(bench: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, err = calibrate(capsys, bench, str(bench), *GIVEN)
    assert (code, out, err.count("\n")) == (2, "", 1)
    assert "--yes" in err
    assert not stored(bench.parent / "own")
    assert calibrate(capsys, bench, str(bench), *GIVEN, "--yes")[0] == 0
    assert len(stored(bench.parent / "own")) == 1


def test_what_is_missing_is_one_line_that_names_the_flag(bench: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for missing in ("-g", "--engine", "--tp"):
        at = GIVEN.index(missing)
        code, out, err = calibrate(capsys, bench, str(bench), *GIVEN[:at], *GIVEN[at + 2 :], "--dry-run")
        assert (code, out, err.count("\n")) == (2, "", 1)
        assert {"-g": "--gpu"}.get(missing, missing) in err


def test_plans_rest_on_it_until_it_is_undone(bench: Path, capsys: pytest.CaptureFixture[str]) -> None:
    own = str(bench.parent / "own")
    asked = ("estimate", "-m", "meta-llama/Llama-3.1-8B-Instruct", "-g", "L40S", "--concurrency", "4",
             "--catalog", own, "--format", "json")  # fmt: skip
    before = run(capsys, *asked)[1]
    assert calibrate(capsys, bench, str(bench), *GIVEN, "--yes")[0] == 0
    basis = json.loads(run(capsys, *asked)[1])["latency"]["tpot_s"]["basis"]
    assert basis == "measured (yours, 2026-06-23, 1 point)"
    assert calibrate(capsys, bench, "--undo")[0] == 0
    assert run(capsys, *asked)[1] == before


def test_every_run_refused_is_a_negative_answer(bench: Path, capsys: pytest.CaptureFixture[str]) -> None:
    bench.write_text(json.dumps(VLLM | {"completed": 0}))
    code, out, _ = calibrate(capsys, bench, str(bench), *GIVEN, "--yes", "--format", "json")
    assert (code, json.loads(out)["status"]) == (1, "refused")
    assert not stored(bench.parent / "own")


def test_killed_at_any_moment_there_is_no_calibration_or_a_whole_one(
    bench: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert calibrate(capsys, bench, str(bench), *GIVEN, "--yes")[0] == 0
    (file,) = stored(bench.parent / "own")
    whole = file.read_bytes()

    def again() -> None:
        main(["calibrate", "--catalog", str(bench.parent / "own"), str(bench), *GIVEN, "--yes"])

    file.unlink()
    took = forked(again)
    rng = random.Random(3)
    for _ in range(KILLS):
        file.unlink(missing_ok=True)
        forked(again, kill_s=rng.uniform(0.0, took))
        assert not file.exists() or file.read_bytes() == whole
    file.unlink(missing_ok=True)
    again()
    assert [path.name for path in file.parent.iterdir()] == [file.name]


@pytest.mark.parametrize("name", list(ALL))
@pytest.mark.parametrize("share", [0.3, 0.8])
def test_a_truncated_file_is_an_answer_or_one_line(
    bench: Path, capsys: pytest.CaptureFixture[str], name: str, share: float
) -> None:
    bench.write_text(ALL[name][: int(share * len(ALL[name]))])
    code, out, err = calibrate(capsys, bench, str(bench), *GIVEN, "-m", "Qwen/Qwen3-8B", "--dry-run")
    assert code in (0, 1, 2)
    assert code != 2 or (out == "" and err.count("\n") == 1)


@pytest.mark.parametrize("args", [(), ("--list", "--undo"), ("--show", "0009"), ("--undo",), ("--export", "x.json"),
                                  ("gone.json",)])  # fmt: skip
def test_what_cannot_be_asked_is_one_line(
    bench: Path, capsys: pytest.CaptureFixture[str], args: tuple[str, ...]
) -> None:
    code, out, err = calibrate(capsys, bench, *args)
    assert (code, out, err.count("\n")) == (2, "", 1)
