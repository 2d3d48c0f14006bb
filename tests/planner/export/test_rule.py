from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from planner.export.bench import load_of
from planner.export.rule import STRETCHED, rule
from planner.request.reading import parse_request
from tests.consistency.drawn import TORTURE
from tests.planner.conftest import CHAT

# Of each tool: a result, by the fields that it has, in which TTFT p95 is 0.8 s, TPOT mean 0.02 s and E2E p50 5 s.
RESULTS: dict[str, Any] = {
    "vllm": {
        "num_prompts": 100, "completed": 100, "failed": 0, "request_throughput": 4.0, "p95_ttft_ms": 800.0,
        "mean_tpot_ms": 20.0, "median_e2el_ms": 5000.0, "p99_ttft_ms": 800.0, "p99_e2el_ms": 5000.0,
    },
    "guidellm": {
        "benchmarks": [
            {
                "metrics": {
                    "request_totals": {"errored": 0, "successful": 100},
                    "requests_per_second": {"successful": {"mean": 4.0}},
                    "time_to_first_token_ms": {"successful": {"percentiles": {"p95": 800.0, "p99": 800.0}}},
                    "inter_token_latency_ms": {"successful": {"mean": 20.0}},
                    "request_latency": {"successful": {"percentiles": {"p50": 5.0, "p99": 5.0}}},
                }
            }
        ]
    },
    "aiperf": {
        "request_throughput": {"avg": 4.0}, "error_request_count": None, "request_count": {"avg": 100.0},
        "time_to_first_token": {"p95": 800.0, "p99": 800.0}, "inter_token_latency": {"avg": 20.0},
        "request_latency": {"p50": 5000.0, "p99": 5000.0},
    },
    "sglang": {
        "request_throughput": 4.0, "ttfts": [0.8] * 200, "itls": [[0.02] * 210] * 200, "output_lens": [211] * 200,
    },
}  # fmt: skip
LIMITS = {"ttft_p95_s": 0.9, "tpot_mean_s": 0.03, "e2e_p50_s": 6.0}
MEASURED = {
    "vllm": "vllm_bench_new_5060ti_inf_c2.json", "guidellm": "guidellm_v2_report_mock.json",
    "aiperf": "aiperf_qwen_c4_profile_export_aiperf.json",
}  # fmt: skip


def judged(program: str, path: Path) -> tuple[int, str]:
    found = subprocess.run(
        [sys.executable, "-", str(path)], input=program, capture_output=True, text=True, check=False, timeout=20
    )
    assert not found.stderr, found.stderr
    return found.returncode, found.stdout


@pytest.mark.parametrize("tool", list(RESULTS))
def test_a_result_within_the_limits_passes_and_others_do_not(tmp_path: Path, tool: str) -> None:
    path = tmp_path / "result.json"
    path.write_text(json.dumps(RESULTS[tool]))
    code, said = judged(rule(tool, LIMITS, 4.0), path)
    assert (code, said.count("holds"), "sustained" in said) == (0, 3, True)
    for limits, rate in (({**LIMITS, "ttft_p95_s": 0.7}, 4.0), (LIMITS, 8.0)):
        assert judged(rule(tool, limits, rate), path)[0] == 1


def test_a_failed_request_fails_the_plan(tmp_path: Path) -> None:
    path = tmp_path / "result.json"
    path.write_text(json.dumps(RESULTS["vllm"] | {"failed": 1}))
    code, said = judged(rule("vllm", LIMITS, 4.0), path)
    assert code == 1
    assert "1 requests failed" in said


@pytest.mark.parametrize("tool", list(MEASURED))
def test_files_that_tools_wrote_are_read(shared: Path, tool: str) -> None:
    path = shared / "cases" / "benchmarks" / MEASURED[tool]
    code, said = judged(rule(tool, {"ttft_p99_s": 1e3, "tpot_mean_s": 1e3, "e2e_p50_s": 1e3}, 1e-3), path)
    assert (code, said.count("holds")) == (0, 3)
    assert judged(rule(tool, {"ttft_p99_s": 1e-6}, 1e-3), path)[0] == 1


# Requests a second, and the tokens of an answer: the last answers are a tenth of ten minutes or less.
SLOW = {"traffic": {"rate_per_s": 6}, "input_tokens": {"mean": 3000}, "output_tokens": {"mean": 400},
        "sla": {"ttft_p95_s": 2, "tpot_p95_s": 0.05}}  # fmt: skip


def run_of(tool: str, served: float, seed: int) -> dict[str, Any]:
    """The result of a run of a first-come-first-served queue that serves so many times the rate that is asked."""
    load = load_of(parse_request(CHAT | SLOW))
    n, rate, rng = load.requests, load.rate_per_s, np.random.default_rng(seed)
    sent = np.cumsum(rng.exponential(1.0 / rate, n))
    if tool in STRETCHED:
        sent *= n / rate / sent[-1]
    order = np.arange(n) / (served * rate)
    begun = order + np.maximum.accumulate(sent - order)
    ttft, tpot = begun - sent + rng.uniform(0.4, 1.6, n), rng.uniform(0.035, 0.048, n)
    tokens = rng.integers(200, 601, n)
    e2e = ttft + tpot * (tokens - 1)
    reached = n / float((sent + e2e).max() - sent[0])
    at, whole = ({"p99": float(np.percentile(each, 99))} for each in (ttft, e2e))
    if tool == "vllm":
        return {"num_prompts": n, "completed": n, "failed": 0, "request_throughput": reached,
                "p99_ttft_ms": at["p99"] * 1e3, "p99_e2el_ms": whole["p99"] * 1e3}  # fmt: skip
    if tool == "sglang":
        gaps = [[t * (k - 1)] for t, k in zip(tpot.tolist(), tokens.tolist(), strict=True)]
        return {"request_throughput": reached, "ttfts": ttft.tolist(), "itls": gaps, "output_lens": tokens.tolist()}
    if tool == "aiperf":
        return {"request_throughput": {"avg": reached}, "request_count": {"avg": float(n)},
                "time_to_first_token": {"p99": at["p99"] * 1e3}, "inter_token_latency": {},
                "request_latency": {"p99": whole["p99"] * 1e3}}  # fmt: skip
    metrics = {
        "request_totals": {"errored": 0, "successful": n}, "requests_per_second": {"successful": {"mean": reached}},
        "time_to_first_token_ms": {"successful": {"percentiles": {"p99": at["p99"] * 1e3}}},
        "request_latency": {"successful": {"percentiles": whole}},
    }  # fmt: skip
    return {"benchmarks": [{"metrics": metrics}]}


@pytest.mark.parametrize("tool", list(RESULTS))
@pytest.mark.parametrize("seed", [1, 2, 3] if TORTURE else [1])
def test_the_last_answers_fail_no_plan_and_a_tenth_less_than_asked_does(tmp_path: Path, tool: str, seed: int) -> None:
    path = tmp_path / "result.json"
    for served, code in ((1.2, 0), (1.05, 0), (0.9, 1), (0.8, 1)):
        path.write_text(json.dumps(run_of(tool, served, seed)))
        assert judged(rule(tool, {}, 6.0), path)[0] == code, (served, judged(rule(tool, {}, 6.0), path)[1])


def test_answers_that_take_long_make_a_longer_run() -> None:
    slow = CHAT | SLOW | {"output_tokens": {"mean": 8000}}
    assert load_of(parse_request(slow)).requests == 6 * 4020
    ended = slow | {"sla": {"e2e_p95_s": 100}}
    assert load_of(parse_request(ended)).requests == 6 * 1000
