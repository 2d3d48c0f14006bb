"""A part of the model in host memory."""

from __future__ import annotations

import pytest

from planner import Demand, Deployment, EngineSettings, Planner
from planner.answers import DoesNotFit, OnHost
from planner.request.reading import parse_request

DEMAND = Demand.of(parse_request({"model": "x", "traffic": {"rate_per_s": 1.0}, "input_tokens": {"mean": 1000},
                                  "output_tokens": {"mean": 200}}))  # fmt: skip


def asked(**settings: object) -> OnHost:
    d = Deployment("Qwen/Qwen3-30B-A3B", "RTX 4090", weights="q4_k_m", engine="llama.cpp", concurrency=1.0,
                   settings=EngineSettings.model_validate({"ctx_size": 8192, **settings}))  # fmt: skip
    answer = Planner().estimate(d, DEMAND)
    assert isinstance(answer, OnHost)
    return answer


def test_more_on_the_host_is_less_on_the_card_and_slower() -> None:
    few, many = (asked(n_cpu_moe=n, host_memory_gb_s=80.0) for n in (10, 40))
    weights = [next(part.gib for part in answer.memory.parts if part.name == "weights") for answer in (few, many)]
    assert weights[1] < weights[0]
    assert many.host[0].gib > few.host[0].gib
    assert (many.decode_tokens_per_s or 0) < (few.decode_tokens_per_s or 0)
    assert many.host_gib_per_token == pytest.approx(4 * few.host_gib_per_token)


def test_a_token_reads_picked_experts_and_whole_layers() -> None:
    experts, layers = asked(n_cpu_moe=48), asked(n_gpu_layers=1)
    assert layers.host_gib_per_token > experts.host_gib_per_token
    assert experts.host_gib_per_token < experts.host[0].gib / 10


def test_a_card_that_is_too_small_stays_so() -> None:
    d = Deployment("Qwen/Qwen3-235B-A22B", "RTX 4090", weights="q8_0", engine="llama.cpp", concurrency=1.0,
                   settings=EngineSettings(n_cpu_moe=10))  # fmt: skip
    assert isinstance(Planner().estimate(d, DEMAND), DoesNotFit)
