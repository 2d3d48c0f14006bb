from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from planner.cli.export import refused
from planner.export.targets import TARGETS
from tests.planner.cli.conftest import run

ONE = ["-m", "Qwen/Qwen3-8B", "-g", "L40S"]
LOAD = ["--rate", "2", "--isl", "800", "--osl", "200", "--ttft-p95", "1", "--no-verify"]


def test_the_targets_are_listed(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, err = run(capsys, "export", "--list")
    assert (code, err) == (0, "")
    assert [line.split()[0] for line in out.splitlines()] == list(TARGETS)


def test_a_deployment_is_exported_as_it_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, err = run(capsys, "export", "vllm", *ONE, "--max-num-seqs", "32")
    assert (code, err) == (0, "")
    assert "vllm serve Qwen/Qwen3-8B" in out
    assert "--max-num-seqs 32" in out


def test_a_model_with_a_rate_is_planned_for_the_engine_of_the_target(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = run(capsys, "export", "sglang", *ONE, *LOAD)
    assert code == 0
    assert "sglang.launch_server" in out
    assert "2 requests a second of 800 tokens" in out


def test_a_saved_plan_and_its_question_give_the_same_text(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    _, plan, _ = run(capsys, "plan", *ONE, *LOAD, "--as-of", "2026-11-28", "--format", "json")
    path = tmp_path / "plan.json"
    path.write_text(plan)
    asked = run(capsys, "export", "compose", *ONE, *LOAD, "--as-of", "2026-11-28")
    assert run(capsys, "export", "compose", "--plan", str(path)) == asked
    assert run(capsys, "export", "compose", "-w", str(path)) == asked
    code, out, err = run(capsys, "export", "compose", "--plan", str(path), "-m", "x")
    assert (code, out) == (2, "")
    assert "leave out --model" in err


def test_a_file_is_written(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    path = tmp_path / "x.yaml"
    assert run(capsys, "export", "kubernetes", *ONE, "-o", str(path)) == (0, "", "")
    assert next(yaml.safe_load_all(path.read_text()))["kind"] == "Deployment"


def test_what_a_user_adds_is_started(capsys: pytest.CaptureFixture[str]) -> None:
    more = ["--checkpoint", "me/mine", "--revision", "abc", "--port", "9000", "--air-gapped"]
    _, out, _ = run(capsys, "export", "vllm", *ONE, *more)
    for text in ("vllm serve me/mine", "--revision abc", "--port 9000", "export HF_HUB_OFFLINE=1"):
        assert text in out


@pytest.mark.parametrize(
    ("args", "code", "said"),
    [
        (["helm", *ONE], 2, "target"),
        (["vllm"], 2, "--model"),
        (["vllm", "-m", "Qwen/Qwen3-8B"], 2, "--gpu"),
        (["vllm", "-m", "meta-llama/Llama-3.3-70B-Instruct", "-g", "L40S"], 1, "nothing to start"),
        (["vllm", *ONE, *LOAD, "--max-usd-per-hour", "0.001"], 1, "infeasible"),
        (["kserve", *ONE, "--engine", "sglang"], 2, "kserve starts vllm"),
        (["vllm", "-w", "examples/fleet.toml"], 2, "to a file of its own"),
        (["vllm", *ONE, "--checkpoint", "a\x1bb"], 2, "not printable"),
    ],
)
def test_what_cannot_be_started_is_one_line(
    capsys: pytest.CaptureFixture[str], args: list[str], code: int, said: str
) -> None:
    found, out, err = run(capsys, "export", *args)
    assert (found, out) == (code, "")
    assert said in err
    assert err.count("\n") == 1


def test_a_refusal_is_told_on_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    assert refused("a\nb\x1b") == 1
    assert capsys.readouterr().err == "a b?\n"
