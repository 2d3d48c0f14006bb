"""Models that generate nothing: requests are prompts, throughput is of prompt tokens."""

from __future__ import annotations

import pytest

from planner import Planner
from planner.answers import Estimate, Plan
from planner.errors import InputError
from planner.load.demand import Demand
from planner.physics.deployment import Deployment
from planner.request.lengths import Length
from planner.request.request import Request
from planner.tco.request import TcoTerms

PLANNER = Planner()


def request(model: str, rate: float, **sla: float) -> Request:
    scope = {"gpus": ["l4"]}
    data = {"model": model, "traffic": {"rate_per_s": rate}, "input_tokens": {"mean": 400.0, "cv": 0.0}, "sla": sla,
            "scope": scope}  # fmt: skip
    return Request.model_validate(data)


def estimated(model: str, rate: float, isl: float = 400.0) -> Estimate:
    demand = Demand.of(request(model, rate).model_copy(update={"input_tokens": Length(mean=isl, cv=0.0)}))
    answer = PLANNER.estimate(Deployment(model=model, gpu="l4", rate_per_s=rate), demand)
    assert isinstance(answer, Estimate)
    return answer


@pytest.mark.parametrize("model", ["BAAI/bge-m3", "Qwen/Qwen3-Embedding-0.6B", "Qwen/Qwen3-Reranker-0.6B"])
def test_an_embedder_is_estimated_by_its_prompts(model: str) -> None:
    answer = estimated(model, 10.0)
    assert answer.task == "embed"
    assert answer.input_tokens_per_s == pytest.approx(10.0 * 400.0)
    assert answer.latency.ttft_s.mean == answer.latency.e2e_s.mean > 0
    assert any("generates nothing" in text for text in answer.assumptions)
    assert answer.saturation_rate_per_s > 10.0


def test_longer_prompts_take_longer_and_fewer_are_served() -> None:
    short, long = estimated("BAAI/bge-m3", 5.0, 200.0), estimated("BAAI/bge-m3", 5.0, 2000.0)
    assert long.latency.ttft_s.mean > short.latency.ttft_s.mean
    assert long.saturation_rate_per_s < short.saturation_rate_per_s


def test_an_encoder_keeps_no_cache() -> None:
    row = PLANNER.fit("BAAI/bge-m3", gpus=["l4"]).rows[0]
    assert row.fits
    assert row.max_sequences == 256


def test_an_embedder_is_planned_by_the_time_of_its_answer() -> None:
    answer = PLANNER.plan(request("BAAI/bge-m3", 50.0, ttft_p95_s=0.3))
    assert isinstance(answer, Plan)
    assert answer.cluster.cost.usd_per_million_output_tokens == 0.0
    assert answer.cluster.cost.usd_per_million_input_tokens > 0.0
    few = PLANNER.plan(request("BAAI/bge-m3", 500.0, ttft_p95_s=0.3), verify=False)
    assert isinstance(few, Plan)
    assert few.cluster.cost.usd_per_hour > answer.cluster.cost.usd_per_hour


def test_a_time_per_token_of_an_embedder_is_refused() -> None:
    with pytest.raises(InputError, match=r"tpot_p95_s: .* generates no tokens"):
        PLANNER.plan(request("BAAI/bge-m3", 50.0, tpot_p95_s=0.03))


def test_prices_of_tokens_out_are_not_compared_with_an_embedder() -> None:
    with pytest.raises(InputError, match="generates nothing"):
        PLANNER.tco(request("BAAI/bge-m3", 5.0), TcoTerms())


def test_an_encoder_keeps_no_tokens() -> None:
    """It held 20,808,911,069,600 of them."""
    kept = estimated("BAAI/bge-m3", 10.0).memory
    assert (kept.kv_tokens_per_replica, kept.sequences_per_replica) == (0, 0)
