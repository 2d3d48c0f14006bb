from __future__ import annotations

from typing import Any

import pytest

from planner.answers import Plan
from planner.errors import InputError
from planner.plan.context import Context
from planner.plan.explore import explore
from planner.plan.scope import of_its_task
from planner.request.lengths import NO_OUTPUT
from planner.request.reading import parse_request
from planner.request.request import Request
from tests.consistency.drawn import TORTURE
from tests.planner.conftest import CHAT, chat_request


def test_every_level_counts(context: Context) -> None:
    base = {"model": "Qwen/Qwen3-32B", "input_tokens": {"mean": 500}, "output_tokens": {"mean": 200},
            "sla": {"ttft_p95_s": 2, "tpot_p95_s": 0.06}}  # fmt: skip
    calm, busy = (
        explore(parse_request({**base, "traffic": {"rate_per_s": 30.0, **more}}), context).answer
        for more in ({}, {"levels": [[0.5, 0.8], [3.0, 0.2]], "window_s": 600})
    )
    assert isinstance(calm, Plan)
    assert isinstance(busy, Plan)
    assert busy.cluster.cost.usd_per_hour > calm.cluster.cost.usd_per_hour


def test_drafting_is_a_design_where_the_model_has_the_layers(context: Context) -> None:
    data = {"model": "deepseek-ai/DeepSeek-V3", "traffic": {"rate_per_s": 1.0}, "input_tokens": {"mean": 1000},
            "output_tokens": {"mean": 300}, "sla": {"tpot_p95_s": 0.05}, "scope": {"gpus": ["H200"]}}  # fmt: skip
    without = explore(parse_request(data), context).answer
    data["scope"] = {"gpus": ["H200"], "speculative": True}
    drafting = explore(parse_request(data), context).answer
    assert isinstance(without, Plan)
    assert isinstance(drafting, Plan)
    assert without.cluster.replica.draft_tokens == 0
    assert drafting.cluster.replica.draft_tokens == 3
    assert drafting.cluster.latency.tpot_s.p95 < without.cluster.latency.tpot_s.p95 * 1.001


def test_bf16_70b_is_never_offered_on_one_80gb_gpu(context: Context) -> None:
    scope = {"formats": ["bf16"], "gpus": ["H100", "A100-80GB"]}
    answer = explore(chat_request(scope=scope), context).answer
    assert isinstance(answer, Plan)
    for c in [answer.cluster, *(r.cluster for r in answer.runners_up)]:
        assert c.replica.gpus > 1


def test_the_cost_grows_with_the_rate(context: Context) -> None:
    costs = []
    for rate in (1, 8, 64):
        answer = explore(chat_request(traffic={"rate_per_s": rate}), context).answer
        assert isinstance(answer, Plan)
        costs.append(answer.cluster.cost.usd_per_hour)
    assert costs == sorted(costs)


def test_bursts_are_met_with_more_replicas_at_every_rate(context: Context) -> None:
    counts = []
    for rate in (2.0, 4.0, 5.5, 6.0, 8.0, 12.0, 24.0) if TORTURE else (2.0, 5.5, 6.0, 24.0):
        answer = explore(
            parse_request(
                {
                    "model": "meta-llama/Llama-3.1-8B-Instruct",
                    "traffic": {"preset": "azure-code", "rate_per_s": rate},
                    "sla": {"ttft_p95_s": 3.0, "tpot_p95_s": 0.1},
                    "scope": {"gpus": ["H100 SXM"]},
                }
            ),
            context,
        ).answer
        assert isinstance(answer, Plan)
        counts.append(answer.cluster.cost.usd_per_hour)
    assert counts == sorted(counts)
    assert counts[-1] > counts[0]


def test_more_confidence_never_costs_less(context: Context) -> None:
    costs = []
    for confidence in (0.5, 0.8, 0.95):
        answer = explore(chat_request(confidence=confidence), context).answer
        assert isinstance(answer, Plan)
        costs.append(answer.cluster.cost.usd_per_hour)
    assert costs == sorted(costs)


def test_a_quality_floor_chooses_the_model(context: Context) -> None:
    data = {k: v for k, v in CHAT.items() if k != "model"} | {"scope": {"gpus": ["H100"]}}
    answer = explore(parse_request(data | {"quality": {"benchmark": "MMLU", "min_score": 80}}), context).answer
    assert isinstance(answer, Plan)
    assert any("MMLU" in text for text in answer.assumptions)
    with pytest.raises(InputError, match="nearest"):
        explore(parse_request(data | {"quality": {"benchmark": "MMLUU", "min_score": 80}}), context)
    with pytest.raises(InputError, match="no catalog model"):
        explore(parse_request(data | {"quality": {"benchmark": "MMLU", "min_score": 99.9}}), context)


def floor(score: float, **more: Any) -> Request:
    data = {k: v for k, v in CHAT.items() if k != "model"} | {"scope": {"gpus": ["H100"]}} | more
    return parse_request(data | {"quality": {"benchmark": "MMLU", "min_score": score} | more.get("quality", {})})


def test_a_score_is_kept_by_formats_that_lose_less_than_is_to_spare(context: Context) -> None:
    for score in (79.0, 86.0, 88.1):
        found = explore(floor(score, quality={"any_quality": True}), context)
        assert isinstance(found.answer, Plan)
        stated = float(found.texts[0].split(" MMLU ")[1].split(" ")[0])
        lost = found.answer.cluster.quality.loss_pct
        assert lost is not None
        assert stated * (1.0 - lost / 100.0) >= score
        assert found.texts[0].startswith(found.checkpoint)


def test_named_formats_whose_loss_takes_a_score_below_the_floor_are_refused(context: Context) -> None:
    with pytest.raises(InputError, match=r"known to keep 88 in mxfp4_all"):
        explore(floor(88.0, scope={"gpus": ["H100"], "formats": ["mxfp4_all"]}), context)


def test_a_score_reached_by_thinking_needs_outputs_that_leave_room_for_it(context: Context) -> None:
    short, long = (explore(floor(86.9, output_tokens={"mean": n}), context) for n in (300.0, 3000.0))
    assert any("Thinking-2507" in text for text in short.texts if text.startswith("left out"))
    assert "Thinking" not in short.checkpoint
    assert not any(text.startswith("left out") for text in long.texts)
    with pytest.raises(InputError, match="outputs are too short"):
        explore(floor(90.5), context)


@pytest.mark.parametrize(
    "scope",
    [{"gpus": ["H999"]}, {"providers": ["awss"]}, {"regions": ["mars"]}, {"engines": ["vlm"]}, {"formats": ["fp7"]}],
)
def test_unknown_names_in_scope_get_the_nearest(context: Context, scope: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="nearest: "):
        explore(chat_request(scope=scope), context)


def test_an_embedding_model_passes_over_the_prompt_and_is_done(context: Context) -> None:
    asked = of_its_task(chat_request(model="BAAI/bge-m3", sla={"ttft_p95_s": 1.0}), context.catalogs)
    assert asked.output_tokens == NO_OUTPUT
    assert any("generates nothing" in text for text in explore(asked, context).texts)
    with pytest.raises(InputError, match="generates no tokens"):
        of_its_task(chat_request(model="BAAI/bge-m3", sla={"tpot_p95_s": 1.0}), context.catalogs)


def test_lengths_beyond_the_context_are_refused(context: Context) -> None:
    with pytest.raises(InputError, match="context"):
        explore(chat_request(input_tokens={"mean": 200_000}), context)


@pytest.mark.parametrize("rate", [1e-8, 1e-4])
def test_however_few_requests_take_one_replica(context: Context, rate: float) -> None:
    answer = explore(chat_request(traffic={"rate_per_s": rate}), context).answer
    assert isinstance(answer, Plan)
    assert answer.cluster.replicas == 1
    assert answer.cluster.cost.usd_per_hour > 0.0


def test_an_empty_list_of_engines_is_every_engine(context: Context) -> None:
    found = explore(chat_request(scope={"engines": [], "gpus": ["H100"]}), context)
    assert found.designs is not None
    assert len(found.designs.engines) > 1
