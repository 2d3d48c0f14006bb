from __future__ import annotations

from pathlib import Path

import pytest

from planner.cli.bench import bench_command
from tests.planner.cli.conftest import run
from tests.planner.export import checks

ONE = ["-m", "Qwen/Qwen3-8B", "-g", "L40S"]
LOAD = ["--rate", "2", "--isl", "800", "--osl", "200", "--ttft-p95", "1", "--no-verify"]


def test_a_plan_is_checked_at_its_load(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    _, plan, _ = run(capsys, "plan", *ONE, *LOAD, "--format", "json")
    path = tmp_path / "plan.json"
    path.write_text(plan)
    code, out, err = run(capsys, "bench", "--plan", str(path), "--tool", "vllm")
    assert (code, err) == (0, "")
    checks.check_shell(out)
    assert "--request-rate 2 " in out
    assert '{"ttft_p95_s": 1.0}' in out
    assert "guidellm benchmark" not in out
    assert bench_command.name == "bench"


def test_a_deployment_is_checked_at_the_load_that_is_stated(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = run(capsys, "bench", *ONE, "--tp", "2", "--rate", "3")
    assert code == 0
    assert "--rate 3 " in out


@pytest.mark.parametrize(
    ("args", "code", "said"),
    [(ONE, 2, "--rate"), ([*ONE, *LOAD, "--tool", "x"], 2, "--tool"), (["--plan", "none.json"], 2, "--plan")],
)
def test_what_cannot_be_checked_is_one_line(
    capsys: pytest.CaptureFixture[str], args: list[str], code: int, said: str
) -> None:
    found, out, err = run(capsys, "bench", *args)
    assert (found, out) == (code, "")
    assert said in err
