"""What an engine is accepted by beside the run of `bench`: how that heads a figure, and lines of its start-up log."""

from __future__ import annotations

from planner.answers import Cluster

# What the benchmark calls a metric; whole answers are E2EL there.
METRIC_NAMES = {"ttft": "TTFT", "tpot": "TPOT", "e2e": "E2EL"}


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
