"""`gpuplan simulate` and fleets on the command line."""

from __future__ import annotations

import json
from pathlib import Path

import jsonschema
import pytest

from tests.planner.cli.conftest import run

ROOT = Path(__file__).parents[3]


DEPLOYMENT = ["simulate", "-m", "meta-llama/Llama-3.1-8B-Instruct", "-g", "H100", "--weights", "fp8"]


LOAD = ["--rate", "5", "--isl", "600", "--osl", "80", "--duration", "200"]


def test_json_validates_and_every_request_is_accounted_for(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, err = run(capsys, *DEPLOYMENT, *LOAD, "--ttft-p95", "1", "--format", "json")
    assert (code, err) == (0, "")
    data = json.loads(out)
    jsonschema.validate(data, json.loads(run(capsys, "schema", "simulate")[1]))
    assert data["rows"] == data["requests"] + sum(data["named"].values())
    assert data["requests"] == data["served"] + data["refused_too_long"] + data["unfinished"]
    again = json.loads(run(capsys, *DEPLOYMENT, *LOAD, "--ttft-p95", "1", "--format", "json")[1])
    assert again == data
    other = json.loads(run(capsys, *DEPLOYMENT, *LOAD, "--seed", "9", "--ttft-p95", "1", "--format", "json")[1])
    assert other["ttft_s"] != data["ttft_s"]


def test_a_broken_limit_is_exit_code_1(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = run(capsys, *DEPLOYMENT, *LOAD, "--ttft-p95", "0.001")
    assert code == 1
    assert "breaks" in out


def test_a_rate_that_is_not_sustained_is_exit_code_1(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = run(capsys, *DEPLOYMENT, *LOAD, "--rate", "500", "--duration", "60")
    assert code == 1
    assert "not sustained" in out


def test_a_trace_is_replayed_at_another_rate(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    path = tmp_path / "own.csv"
    path.write_text("arrival_s,input_tokens,output_tokens\n" + "".join(f"{i},{100 + i},20\n" for i in range(60)))
    code, out, _ = run(capsys, *DEPLOYMENT, "--trace", str(path), "--rate", "10", "--format", "json")
    data = json.loads(out)
    assert (code, data["requests"]) == (0, 60)
    assert data["seconds"] < 10


@pytest.mark.parametrize(
    ("args", "says"),
    [
        (["simulate"], "--workload, or --model and --gpu"),
        ([*DEPLOYMENT, "--trace", "no-such-file.csv"], "--trace: no-such-file.csv: no such file"),
        ([*DEPLOYMENT, *LOAD, "--lose", "soon"], "--lose"),
        ([*DEPLOYMENT, *LOAD, "--autoscale", "3:1:8"], "--autoscale"),
        ([*DEPLOYMENT, *LOAD, "--preset", "azure-cod"], "azure-code"),
        (DEPLOYMENT, "--rate (traffic.rate_per_s)"),
        (["plan", "-w", str(ROOT / "examples" / "fleet.toml"), "--rate", "3"], "--rate"),
    ],
)
def test_bad_input_is_one_line_and_exit_code_2(capsys: pytest.CaptureFixture[str], args: list[str], says: str) -> None:
    code, out, err = run(capsys, *args)
    assert (code, out) == (2, "")
    assert says in err
    assert err.count("\n") == 1


def test_losses_and_scaling_are_told(capsys: pytest.CaptureFixture[str]) -> None:
    args = [*DEPLOYMENT, *LOAD, "--replicas", "2", "--lose", "50:20", "--autoscale", "1:4:8", "--scale-delay", "5"]
    code, out, _ = run(capsys, *args, "--format", "json")
    data = json.loads(out)
    assert code == 0
    assert data["replicas_most"] >= 2
    assert data["served"] == data["requests"]
