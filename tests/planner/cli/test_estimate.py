from __future__ import annotations

import json

import jsonschema
import pytest

from planner.cli.main import main
from planner.physics.coefficients import Coefficients
from tests.planner.cli.conftest import run, schema


@pytest.mark.parametrize(
    ("model", "gpu", "expected"),
    [("Qwen/Qwen3-32B", "H100 SXM", "measured"), ("google/gemma-3-27b-it", "H100 SXM", "calibrated"),
     ("google/gemma-3-27b-it", "Gaudi 2", "physics")],
)  # fmt: skip
def test_what_an_estimate_rests_on(capsys: pytest.CaptureFixture[str], model: str, gpu: str, expected: str) -> None:
    assert main(["estimate", "--model", model, "--gpu", gpu, "--tp", "4", "--format", "json"]) == 0
    tpot = json.loads(capsys.readouterr().out)["latency"]["tpot_s"]
    assert tpot["basis"] == expected
    assert (tpot["low"], tpot["high"]) == Coefficients.shipped().interval_on("tpot", expected)


def test_estimate_prints_terms_and_a_too_big_model_is_exit_code_1(capsys: pytest.CaptureFixture[str]) -> None:
    args = ["estimate", "-m", "Llama-3.3-70B-Instruct", "-g", "H100", "--concurrency", "8"]
    code, out, _ = run(capsys, *args, "--weights", "fp8", "--tp", "2", "--format", "json")
    assert code == 0
    data = json.loads(out)
    jsonschema.validate(data, schema(capsys, "estimate"))
    assert {term["name"] for term in data["decode_step"]["terms"]} >= {"linear", "attention decode", "host"}
    code, out, err = run(capsys, *args, "--weights", "bf16", "--format", "json")
    assert (code, err) == (1, "")
    data = json.loads(out)
    jsonschema.validate(data, schema(capsys, "estimate"))
    assert data["status"] == "does_not_fit"
    assert data["missing_gib"] > 0


def test_a_closed_loop_of_so_many_requests_ends_with_a_round_partly_filled(capsys: pytest.CaptureFixture[str]) -> None:
    args = [
        "estimate",
        "-m",
        "meta-llama/Llama-3.1-8B-Instruct",
        "-g",
        "H100",
        "--concurrency",
        "32",
        "--format",
        "json",
    ]
    found = [json.loads(run(capsys, *args, *more)[1]) for more in ([], ["--requests", "320"], ["--requests", "100"])]
    lasting, long, short = (answer["output_tokens_per_s"] for answer in found)
    assert lasting > long > short
    assert "100 requests in all" in str(found[2]["assumptions"])
    code, _, err = run(capsys, *args[:5], "--rate", "3", "--requests", "100")
    assert (code, "closed loop" in err) == (2, True)
    code, _, err = run(capsys, *args, "--requests", "31")
    assert (code, "one a client" in err) == (2, True)


def test_assumed_lengths_fit_the_context_that_the_line_states(capsys: pytest.CaptureFixture[str]) -> None:
    line = ["--from-command", "vllm serve Qwen/Qwen3-8B --max-model-len 1024"]
    code, out, err = run(capsys, "estimate", "-g", "L40S", *line, "--format", "json")
    assert (code, err) == (0, "")
    said = json.loads(out)["assumptions"]
    assert "input lengths: 819 tokens, all alike (assumed)" in said
    assert "output lengths: 204 tokens, all alike (assumed)" in said
    code, _, err = run(capsys, "estimate", "-g", "L40S", *line, "--isl", "2000")
    assert (code, "less than the" in err) == (2, True)


@pytest.mark.parametrize("command", ["plan", "simulate", "tco", "quant"])
def test_every_command_assumes_lengths_that_fit(capsys: pytest.CaptureFixture[str], command: str) -> None:
    more = {"plan": ["--rate", "2", "--no-verify"], "tco": ["--rate", "2"], "simulate": ["--rate", "1"]}
    args = [command, "-m", "Qwen/Qwen3-8B", "-g", "L40S", "--max-model-len", "1024", *more.get(command, [])]
    code, out, err = run(capsys, *args, "--format", "json")
    assert (code, err) == (0, "")
    assert "input lengths: lognormal, mean 409, CV 0.50 (assumed)" in str(json.loads(out)["assumptions"])


def test_a_mean_that_only_its_spread_asks_for_fits_too(capsys: pytest.CaptureFixture[str]) -> None:
    args = ["estimate", "-m", "Qwen/Qwen3-8B", "-g", "L40S", "--max-model-len", "1024", "--isl-cv", "0.3"]
    code, out, err = run(capsys, *args, "--format", "json")
    assert (code, err) == (0, "")
    assert "input lengths: mean 819 (assumed)" in json.loads(out)["assumptions"]


def test_a_draft_model_of_a_path_is_estimated(capsys: pytest.CaptureFixture[str]) -> None:
    line = r"llama-server.exe -m C:\models\Qwen3-32B-Q4_K_M.gguf -md C:\models\Qwen3-0.6B-Q8_0.gguf -c 4096"
    code, out, err = run(capsys, "estimate", "-g", "H100", "--from-command", line, "--format", "json")
    assert (code, err) == (0, "")
    assert "draft:Qwen3-0.6B-GGUF:Q8_0:3" in str(json.loads(out)["assumptions"])
