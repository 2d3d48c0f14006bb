"""The plan is the cheapest whose simulation holds, wherever the closed form is too hopeful or too careful."""

from __future__ import annotations

from typing import Any

import pytest

from planner import Rehearsal, parse_request
from planner.plan.verified import Checked
from tests.consistency.drawn import all_or
from tests.consistency.test_dollars import planner

EIGHT = "meta-llama/Llama-3.1-8B-Instruct"
ONE = {"formats": ["nvfp4"], "kv_formats": ["fp8"], "gpus": ["RTX 5090"]}
QUESTIONS: dict[str, dict[str, Any]] = {
    # Eight replicas, later five, where four hold in runs of six hours and three do not.
    "bursts that last": {
        "model": EIGHT, "traffic": {"preset": "azure-code", "rate_per_s": 5.0}, "sla": {"ttft_p95_s": 1.0},
        "scope": ONE,
    },
    # More replicas of one GPU each were made until they held, at $8.00; three pipelines hold at $7.20.
    "short bursts": {
        "model": "Qwen/Qwen3-8B", "traffic": {"rate_per_s": 6.0, "cv": 3.0}, "sla": {"ttft_p95_s": 0.4},
        "input_tokens": {"mean": 1500}, "output_tokens": {"mean": 150},
        "scope": {"gpus": ["L40S"], "formats": ["fp8"], "kv_formats": ["fp8"]},
    },
    "several replicas": {
        "model": "meta-llama/Llama-3.3-70B-Instruct", "traffic": {"rate_per_s": 12.0},
        "input_tokens": {"mean": 1155}, "output_tokens": {"mean": 211}, "scope": ONE,
        "sla": {"ttft_p95_s": 1.0, "tpot_p95_s": 0.05},
    },
}  # fmt: skip


@pytest.mark.parametrize("name", all_or(["bursts that last"], QUESTIONS))
def test_the_answer_holds_in_a_long_run_and_one_replica_fewer_does_not(name: str) -> None:
    request = parse_request(QUESTIONS[name])
    found = planner().checked(request)
    assert isinstance(found, Checked)
    count = found.cluster.replicas
    seconds = min(21_600.0, 40_000.0 / request.traffic.peak_per_s)

    def holds(replicas: int) -> bool:
        """In two of three long runs: with bursts one of them can go either way near a limit."""
        runs = [Rehearsal(seconds=seconds, seed=seed, replicas=replicas, busiest=True) for seed in (1, 2, 3)]
        answers = [planner().simulate(request, found.cluster, run) for run in runs]
        return sum(all(check.holds for check in answer.sla) for answer in answers) > 1

    assert holds(count)
    assert not holds(count - 1)
