from __future__ import annotations

import json
import random
import shlex
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


def loop(clients: int, ttft_ms: float, tpot_ms: float, requests: int, **cells: object) -> dict[str, object]:
    """A closed loop of vllm bench serve whose requests are all alike, with figures that agree."""
    rate = clients * 1e3 / (ttft_ms + 255 * tpot_ms)
    return {
        "model_id": "Qwen/Qwen3-8B", "tokenizer_id": "Qwen/Qwen3-8B", "request_rate": "inf", "max_concurrency": clients,
        "duration": requests / rate, "completed": requests, "total_input_tokens": 1024 * requests,
        "total_output_tokens": 256 * requests, "request_throughput": rate, "output_throughput": 256 * rate,
        "total_token_throughput": 1280 * rate, "mean_ttft_ms": ttft_ms, "mean_tpot_ms": tpot_ms,
    } | cells  # fmt: skip


def means(capsys: pytest.CaptureFixture[str], own: Path, command: str) -> tuple[float, float, float]:
    """TTFT and TPOT [ms] and tokens a second that a command of `estimate` answers."""
    code, out, _ = run(capsys, *shlex.split(command)[1:], "--catalog", str(own), "--format", "json")
    answer = json.loads(out)
    assert code == 0
    first, each = (1e3 * answer["latency"][name]["mean"] for name in ("ttft_s", "tpot_s"))
    return first, each, answer["output_tokens_per_s"]


@pytest.mark.parametrize("cells", [{}, {"total_output_tokens": 51217, "output_throughput": 51217 / 228.3}])
def test_a_run_is_compared_with_what_estimate_answers_to_the_same_question(
    bench: Path, capsys: pytest.CaptureFixture[str], cells: dict[str, object]
) -> None:
    bench.write_text(json.dumps(loop(16, 650.0, 69.0, 200) | cells))
    code, out, _ = calibrate(capsys, bench, str(bench), *GIVEN, "--dry-run", "--format", "json")
    answer = json.loads(out)
    assert code == 0
    command = next(note.split(": ", 1)[1] for note in answer["notes"] if "is compared with" in note)
    assert ("-cv" in command) == bool(cells)
    assert any("--isl-cv 0" in note for note in answer["notes"]) == bool(cells)
    before = {figure["figure"]: figure["before"] for figure in answer["runs"]}
    asked = means(capsys, bench.parent / "own", command)
    assert asked == pytest.approx((before["ttft"], before["tpot"], before["output_tok_s"]), rel=1e-4)


def test_after_consistent_runs_estimate_answers_near_what_was_measured(
    bench: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    asked = (
        "gpuplan estimate -m Qwen/Qwen3-8B -g L40S --engine vllm --isl 1024 --osl 256 --concurrency {} --requests {}"
    )
    own, measured = bench.parent / "own", {}
    for clients in (4, 16, 32):
        first, each, _ = means(capsys, own, asked.format(clients, 20 * clients))
        measured[clients] = loop(clients, 1.5 * first, 1.5 * each, 20 * clients)
        bench.with_name(f"{clients}.json").write_text(json.dumps(measured[clients]))
    files = [str(bench.with_name(f"{clients}.json")) for clients in measured]
    # Eighty requests are too few to tell by their totals that all were alike.
    assert calibrate(capsys, bench, *files, *GIVEN, "--isl-cv", "0", "--osl-cv", "0", "--yes")[0] == 0
    for clients, run_ in measured.items():
        found = means(capsys, own, asked.format(clients, 20 * clients))
        assert found == pytest.approx((run_["mean_ttft_ms"], run_["mean_tpot_ms"], run_["output_throughput"]), rel=0.05)


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
                                  ("--undo", "--dry-run"), ("gone.json",)])  # fmt: skip
def test_what_cannot_be_asked_is_one_line(
    bench: Path, capsys: pytest.CaptureFixture[str], args: tuple[str, ...]
) -> None:
    code, out, err = calibrate(capsys, bench, *args)
    assert (code, out, err.count("\n")) == (2, "", 1)
