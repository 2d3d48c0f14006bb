"""The quantization table of eight models on three GPUs: what must hold of every one of them."""

from __future__ import annotations

from itertools import pairwise

import pytest

from planner.plan.context import Context
from planner.quant.answer import QuantAnswer, QuantCluster
from planner.quant.table import quant
from planner.request.reading import parse_request
from tests.consistency.drawn import all_or

MODELS = (
    "meta-llama/Llama-3.1-8B-Instruct", "meta-llama/Llama-3.3-70B-Instruct", "Qwen/Qwen3-8B-AWQ", "Qwen/Qwen3-32B",
    "Qwen/Qwen3-30B-A3B", "openai/gpt-oss-120b", "google/gemma-3-27b-it", "deepseek-ai/DeepSeek-V3",
)  # fmt: skip
GPUS = ("H100 SXM", "L40S", "MI300X")
FEW = ("meta-llama/Llama-3.1-8B-Instruct on L40S", "Qwen/Qwen3-8B-AWQ on H100 SXM", "openai/gpt-oss-120b on MI300X")
DOLLARS = ("usd_per_million_output_tokens", "usd_per_million_input_tokens", "usd_per_million_tokens")


def asked(context: Context, name: str, *, largest_rate: bool) -> QuantAnswer:
    model, gpu = name.split(" on ")
    data = {
        "model": model, "traffic": {"rate_per_s": 2.0}, "input_tokens": {"mean": 1000}, "output_tokens": {"mean": 200},
        "sla": {"ttft_p95_s": 2.0, "tpot_p95_s": 0.08}, "scope": {"gpus": [gpu]},
    }  # fmt: skip
    return quant(parse_request(data), context, largest_rate=largest_rate)


def clusters(answer: QuantAnswer) -> list[QuantCluster]:
    return [row.cluster for row in answer.rows if row.cluster is not None]


@pytest.mark.parametrize("name", all_or(FEW, [f"{model} on {gpu}" for model in MODELS for gpu in GPUS]))
def test_the_table_of_a_model_on_a_gpu(context: Context, name: str) -> None:
    answer = asked(context, name, largest_rate=True)
    found = sorted(clusters(answer), key=lambda c: c.rate_per_s)
    # More requests a second within the SLA are never dearer a token, and all rows stand on the same machines.
    for slower, faster in pairwise(found):
        assert all(getattr(faster, key) <= getattr(slower, key) * (1 + 1e-9) for key in DOLLARS)
    assert len({(c.instance_type, c.gpus, c.usd_per_hour) for c in found}) <= 1
    assert all(c.rate_per_s == c.sustainable_rate_per_s and c.tpot_p95_s <= 0.08 and c.ttft_p95_s <= 2.0 for c in found)
    check_reference(answer)
    stated = asked(context, name, largest_rate=False)
    check_reference(stated)
    # At one load the cheaper cluster is the cheaper token.
    ranked = sorted(clusters(stated), key=lambda c: c.usd_per_hour)
    for cheaper, dearer in pairwise(ranked):
        assert all(getattr(cheaper, key) <= getattr(dearer, key) * (1 + 1e-9) for key in DOLLARS)
    assert {c.rate_per_s for c in ranked} <= {2.0}


def check_reference(answer: QuantAnswer) -> None:
    """The checkpoint's own format is first where it runs, keeps all (or what it was made to keep), and all others are
    compared with it."""
    running = [row for row in answer.rows if row.cluster is not None]
    native = [row for row in answer.rows if row.native]
    assert len(native) == 1
    converted = native[0].quality.weights.measured != "native"
    assert converted == ("AWQ" in answer.model)
    if not converted:
        assert native[0].quality.loss_pct == 0.0
        assert native[0].quality.range_pct == (0.0, 0.0)
    if native[0].cluster is not None:
        assert answer.rows[0] is native[0]
        assert all(row.change is not None for row in running)
    for row in answer.rows:
        # A loss is of the model, of its relatives, or unknown; it is never stated without its benchmark and source.
        for part in (row.quality.weights, row.quality.cache):
            assert (part.loss_pct is None) == (part.evidence == "none")
            assert part.measured in ("native", "none") or (part.benchmarks and part.sources and part.models)
