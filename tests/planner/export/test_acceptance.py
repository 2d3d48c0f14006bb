"""The benchmark and the log that an engine is accepted by."""

from __future__ import annotations

import shlex

from planner.export.acceptance import benchmark_line, log_lines
from planner.export.bench import benchmark, load_of
from planner.plan.explore import Explored
from tests.planner.conftest import chat_request


def words(model: str, cv: float = 1.0) -> list[str]:
    request = chat_request(traffic={"rate_per_s": 8, "cv": cv})
    return shlex.split(benchmark(model, load_of(request)))


def test_a_name_stays_one_word_of_the_command() -> None:
    for model in ('"; rm -rf ~ #', "$(touch x)", "a b", "meta-llama/Llama-3.1-8B-Instruct"):
        found = words(model)
        assert found[found.index("--model") + 1] == model
        assert found[:3] == ["vllm", "bench", "serve"]


def test_bursts_are_asked_for_by_the_shape_of_their_gaps() -> None:
    found = words("m", 2.0)
    assert found[found.index("--burstiness") + 1] == "0.25"
    assert benchmark_line("tpot", "p99") == "P99 TPOT (ms)"
    assert benchmark_line("e2e", "mean") == "Mean E2EL (ms)"


def test_the_log_is_told_in_the_engines_words_where_they_are_known(explored: Explored) -> None:
    answer = explored.answer
    assert answer.status == "feasible"
    c = answer.cluster
    lines = log_lines(c)
    assert lines[-1] == f"GPU KV cache size: {c.memory.kv_tokens_per_replica:,} tokens"
    other = c.model_copy(update={"replica": c.replica.model_copy(update={"engine": "other"})})
    assert log_lines(other) == []
