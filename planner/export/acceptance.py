"""What an engine is accepted by: a benchmark to run against it, and lines of its start-up log to compare with."""

from __future__ import annotations

import shlex

from planner.answers import Cluster

# What the benchmark calls a metric; whole answers are E2EL there.
METRIC_NAMES = {"ttft": "TTFT", "tpot": "TPOT", "e2e": "E2EL"}


def benchmark_command(
    model: str, *, input_tokens: float, output_tokens: float, rate_per_s: float, prompts: int, arrival_cv: float
) -> str:
    """One line: the open-loop benchmark with random prompts of the mean lengths; any engine with the OpenAI interface.

    Source: `vllm bench serve` of vLLM 0.10 and later. Arrivals other than Poisson are asked for by `--burstiness`, the
    shape of gamma-distributed gaps: 1 / CV^2.
    """
    words = [
        "vllm", "bench", "serve", "--model", model, "--dataset-name", "random", "--random-input-len",
        f"{input_tokens:.0f}", "--random-output-len", f"{output_tokens:.0f}", "--ignore-eos", "--request-rate",
        f"{rate_per_s:g}", "--num-prompts", str(prompts), "--seed", "0", "--percentile-metrics", "ttft,tpot,e2el",
        "--metric-percentiles", "50,90,95,99",
    ]  # fmt: skip
    if arrival_cv not in (0.0, 1.0):
        words += ["--burstiness", f"{1.0 / arrival_cv**2:.4g}"]
    return shlex.join(words)


def benchmark_line(metric: str, percentile: str) -> str:
    """How the benchmark heads a figure.

    >>> benchmark_line("ttft", "p95"), benchmark_line("e2e", "mean")
    ('P95 TTFT (ms)', 'Mean E2EL (ms)')
    """
    return f"{'Mean' if percentile == 'mean' else percentile.upper()} {METRIC_NAMES[metric]} (ms)"


def log_lines(c: Cluster) -> list[str]:
    """Lines of the engine's start-up log with our figures; none for an engine whose words are not known."""
    if c.replica.engine != "vllm":
        return []
    gib = {part.name: part.gib for part in c.memory.parts}
    return [
        f"Model loading took {gib['weights']:.2f} GiB",
        f"Available KV cache memory: {gib['kv_cache']:.2f} GiB",
        f"GPU KV cache size: {c.memory.kv_tokens_per_replica // max(1, c.replica.dp):,} tokens",
    ]
