from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from planner.export.rule import rule

# Of each tool: a result, by the fields that it has, in which TTFT p95 is 0.8 s, TPOT mean 0.02 s and E2E p50 5 s.
RESULTS: dict[str, Any] = {
    "vllm": {
        "num_prompts": 100, "completed": 100, "failed": 0, "request_throughput": 4.0, "p95_ttft_ms": 800.0,
        "mean_tpot_ms": 20.0, "median_e2el_ms": 5000.0,
    },
    "guidellm": {
        "benchmarks": [
            {
                "metrics": {
                    "request_totals": {"errored": 0}, "requests_per_second": {"successful": {"mean": 4.0}},
                    "time_to_first_token_ms": {"successful": {"percentiles": {"p95": 800.0}}},
                    "inter_token_latency_ms": {"successful": {"mean": 20.0}},
                    "request_latency": {"successful": {"percentiles": {"p50": 5.0}}},
                }
            }
        ]
    },
    "aiperf": {
        "request_throughput": {"avg": 4.0}, "error_request_count": None, "time_to_first_token": {"p95": 800.0},
        "inter_token_latency": {"avg": 20.0}, "request_latency": {"p50": 5000.0},
    },
    "sglang": {
        "request_throughput": 4.0, "ttfts": [0.8] * 20, "itls": [[0.02] * 210] * 20, "output_lens": [211] * 20,
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
    for limits, rate in (({**LIMITS, "ttft_p95_s": 0.7}, 4.0), (LIMITS, 5.0)):
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
