"""Forty questions, as decoded workload files: models, GPUs, limits, engines, and those that cannot be met."""

from __future__ import annotations

from typing import Any

SMALL: dict[str, Any] = {
    "model": "Qwen/Qwen2.5-7B-Instruct", "traffic": {"rate_per_s": 0.3}, "input_tokens": {"mean": 500.0},
    "output_tokens": {"mean": 100.0}, "sla": {"tpot_p95_s": 0.05}, "scope": {"gpus": ["L40S"]},
}  # fmt: skip
LARGE: dict[str, Any] = {
    "model": "meta-llama/Llama-3.3-70B-Instruct", "traffic": {"rate_per_s": 2.0},
    "input_tokens": {"mean": 1155.0, "p95": 3200.0}, "output_tokens": {"mean": 211.0, "p95": 500.0},
    "sla": {"ttft_p95_s": 1.0, "tpot_p95_s": 0.05},
}  # fmt: skip
# Where the interface and the command once gave different dollars.
APART: dict[str, dict[str, Any]] = {
    "70b at 2/s": LARGE,
    "70b p99 on H100": {**LARGE, "sla": {"ttft_p99_s": 1.0, "tpot_p99_s": 0.05}, "scope": {"gpus": ["H100"]}},
    "70b at 40/s": {**LARGE, "traffic": {"rate_per_s": 40.0}, "scope": {"gpus": ["RTX 5090"]}},
    "7b at 20/s within 30 ms": {
        **SMALL, "traffic": {"rate_per_s": 20.0}, "sla": {"tpot_p95_s": 0.03}, "scope": {"gpus": ["L40S", "H100"]},
        "input_tokens": {"mean": 900.0}, "output_tokens": {"mean": 150.0},
    },
}  # fmt: skip


def _model(name: str, *gpus: str, **more: Any) -> dict[str, Any]:
    return {**SMALL, "model": name, "scope": {"gpus": list(gpus)}, **more}


def _scope(**more: Any) -> dict[str, Any]:
    return {**SMALL, "scope": {**SMALL["scope"], **more}}


def _traffic(**more: Any) -> dict[str, Any]:
    return {**SMALL, "traffic": {**SMALL["traffic"], **more}}


OTHERS: dict[str, dict[str, Any]] = {
    "dense 8b": _model("meta-llama/Llama-3.1-8B-Instruct", "H100"),
    "dense 32b": _model("Qwen/Qwen3-32B", "H200"),
    "sliding window": _model("google/gemma-3-12b-it", "L40S"),
    "experts": _model("Qwen/Qwen3-30B-A3B", "H100"),
    "experts in mxfp4": _model("openai/gpt-oss-20b", "H100"),
    "latent attention": _model("deepseek-ai/DeepSeek-V2-Lite", "L40S"),
    "large latent attention": _model("deepseek-ai/DeepSeek-V3", "H200", sla={"tpot_p95_s": 0.1}),
    "hybrid": _model("nvidia/Nemotron-H-8B-Base-8K", "H100"),
    "hybrid experts": _model("Qwen/Qwen3-Next-80B-A3B-Instruct", "H200"),
    "state space": _model("mistralai/Mamba-Codestral-7B-v0.1", "L40S"),
    "another GPU": _model("Qwen/Qwen3-8B", "A100 SXM 80GB"),
    "two GPUs": _model("Qwen/Qwen3-8B", "L4", "A10G"),
    "another maker": _model("Qwen/Qwen3-8B", "MI300X"),
    "first token": {**SMALL, "sla": {"ttft_p95_s": 0.3}},
    "whole answer": {**SMALL, "sla": {"e2e_p90_s": 6.0}},
    "three limits": {**SMALL, "sla": {"ttft_p50_s": 0.5, "tpot_p99_s": 0.06, "e2e_mean_s": 8.0}},
    "no limit": {**SMALL, "sla": {}},
    "a preset": _traffic(preset="azure-conversation"),
    "bursts": _traffic(cv=2.5),
    "a prefix cache": _traffic(prefix_hit=0.5),
    "a daily profile": _traffic(profile=[0.5] * 12 + [1.5] * 12),
    "users": {**SMALL, "traffic": {"users": 300, "active_share": 0.3, "requests_per_user_hour": 20.0}},
    "users that think": {**SMALL, "traffic": {"users": 200, "think_time_s": 30.0, "profile": [1.0] * 12 + [3.0] * 12}},
    "a volume": {**SMALL, "traffic": {"tokens_per_month": 2e8}},
    "growth": _traffic(growth_per_year=0.5, horizon_months=12.0),
    "lengths to the digit": {**SMALL, "input_tokens": {"mean": 1234.56789, "cv": 0.8}, "output_tokens": {"mean": 77.7}},
    "sglang": _scope(engines=["sglang"]),
    "two engines": _scope(engines=["vllm", "tensorrt-llm"]),
    "llama.cpp": _scope(engines=["llama.cpp"]),
    "one format": _scope(formats=["bf16"], kv_formats=["fp8"]),
    "spot": _scope(commitment="spot"),
    "one provider": _scope(providers=["aws"]),
    "drafts": {**_model("zai-org/GLM-4.5-Air", "H200"), "scope": {"gpus": ["H200"], "speculative": True}},
    "phases apart": _scope(disaggregated=True),
    "a spare": {**SMALL, "limits": {"spare_replicas": 1}},
    "a budget": {**SMALL, "limits": {"max_usd_per_hour": 5.0, "max_gpus": 4}, "confidence": 0.9},
    "a quality floor": {key: value for key, value in SMALL.items() if key != "model"}
    | {"quality": {"benchmark": "MMLU", "min_score": 88.0}, "scope": {"gpus": ["H200"]}},
    "out of reach": {**SMALL, "sla": {"ttft_p95_s": 0.0005}},
    "over the budget": {**SMALL, "limits": {"max_usd_per_hour": 0.01}},
    "too large": _model("deepseek-ai/DeepSeek-V3", "L4"),
}  # fmt: skip
