"""Questions drawn at random, and how many: a few in the tests, thousands with GPUPLAN_TORTURE=1."""

from __future__ import annotations

import os
from collections.abc import Iterable
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

TORTURE = os.environ.get("GPUPLAN_TORTURE") == "1"
# Small scopes: a question takes a tenth of a second.
PAIRS = (
    ("Qwen/Qwen3-8B", "A100 SXM 80GB"), ("meta-llama/Llama-3.1-8B-Instruct", "L4"),
    ("Qwen/Qwen2.5-7B-Instruct", "L40S"), ("meta-llama/Llama-3.3-70B-Instruct", "H100 SXM"),
    ("Qwen/Qwen3-30B-A3B", "H200 SXM"), ("openai/gpt-oss-20b", "RTX 5090"),
)  # fmt: skip
LIMITS = ("ttft_p50_s", "ttft_p95_s", "tpot_p50_s", "tpot_p95_s", "tpot_p99_s")


def all_or(few: Iterable[str], names: Iterable[str]) -> list[str]:
    """All of `names` where thousands are asked for, else `few` of them."""
    names, chosen = list(names), list(few)
    assert set(chosen) < set(names)
    return names if TORTURE else chosen


def few(count: int, torture: int) -> settings:
    """`count` examples, always the same ones; `torture` of them where thousands are asked for."""
    return settings(
        max_examples=torture if TORTURE else count, derandomize=True, deadline=None, database=None,
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip


def at_random(count: int, torture: int) -> settings:
    """`count` examples; `torture` of them, others in each run, where thousands are asked for."""
    return settings(
        max_examples=torture if TORTURE else count, deadline=None,
        suppress_health_check=[HealthCheck.function_scoped_fixture],
    )  # fmt: skip


def _rounded(low: float, high: float) -> st.SearchStrategy[float]:
    """Numbers between the two, evenly over their logarithm, to two digits."""
    return st.floats(0.0, 1.0).map(lambda u: float(f"{low * (high / low) ** u:.2g}"))


@st.composite
def questions(draw: st.DrawFn, *, least_limits: int = 0) -> dict[str, Any]:
    """A workload as a decoded file."""
    model, gpu = draw(st.sampled_from(PAIRS))
    keys = draw(st.lists(st.sampled_from(LIMITS), min_size=least_limits, max_size=2, unique=True))
    return {
        "model": model,
        "traffic": {"rate_per_s": draw(_rounded(0.05, 30.0)), "cv": draw(st.sampled_from([0.5, 1.0, 1.0, 2.0]))},
        "input_tokens": {"mean": draw(_rounded(50.0, 8000.0)), "cv": draw(st.sampled_from([0.0, 0.5, 1.0]))},
        "output_tokens": {"mean": draw(_rounded(3.0, 800.0)), "cv": draw(st.sampled_from([0.0, 0.6, 1.2]))},
        "sla": {k: draw(_rounded(0.2, 4.0) if k.startswith("ttft") else _rounded(0.015, 0.2)) for k in keys},
        "scope": {"gpus": [gpu]},
    }
