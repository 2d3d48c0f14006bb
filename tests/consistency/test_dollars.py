"""More work, tighter limits and less choice are never cheaper."""

from __future__ import annotations

from functools import cache
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from planner import Planner, parse_request
from planner.answers import Plan
from tests.consistency.drawn import TORTURE, few, questions

# Rates are looked for in steps of three percent, and what is cheaper by less is noise of these.
NOISE = 0.035


@cache
def planner() -> Planner:
    return Planner()


def usd(question: dict[str, Any], *, verify: bool = False) -> float:
    """Dollars an hour; infinite where nothing meets the question."""
    answer = planner().plan(parse_request(question), verify=verify)
    return answer.cluster.cost.usd_per_hour if isinstance(answer, Plan) else float("inf")


def harder(question: dict[str, Any], how: str, by: float) -> dict[str, Any]:
    """The question with more traffic, longer answers or prompts, or tighter limits."""
    if how == "rate":
        return question | {"traffic": question["traffic"] | {"rate_per_s": question["traffic"]["rate_per_s"] * by}}
    if how == "sla":
        return question | {"sla": {k: v / by for k, v in question["sla"].items()}}
    return question | {how: question[how] | {"mean": question[how]["mean"] * by}}


def replicas_more(easy: float, hard: float) -> bool:
    """Whether the easier question costs more by more than the steps of the search explain."""
    return hard < easy * (1.0 - NOISE) - 1e-9


@few(4, 2000)
@given(question=questions(), how=st.sampled_from(["rate", "sla"]), by=st.sampled_from([1.1, 1.5, 3.0, 10.0]))
def test_a_harder_question_is_never_cheaper(question: dict[str, Any], how: str, by: float) -> None:
    assert not replicas_more(usd(question), usd(harder(question, how, by)))


@few(3, 400)
@given(question=questions(least_limits=1), by=st.sampled_from([1.2, 2.0]))
def test_longer_prompts_are_never_cheaper(question: dict[str, Any], by: float) -> None:
    assert not replicas_more(usd(question), usd(harder(question, "input_tokens", by)))


@few(3, 400)
@given(question=questions(), other=st.sampled_from(["L40S", "H200 SXM", "MI300X"]))
def test_more_choice_is_never_dearer(question: dict[str, Any], other: str) -> None:
    wider = question | {"scope": {"gpus": [*question["scope"]["gpus"], other]}}
    assert not replicas_more(usd(wider), usd(question))


P3: dict[str, Any] = {
    "model": "Qwen/Qwen3-8B", "traffic": {"rate_per_s": 0.2, "cv": 2.0}, "input_tokens": {"mean": 1425, "cv": 0},
    "output_tokens": {"mean": 4.68, "cv": 1.2}, "sla": {"tpot_p99_s": 0.031}, "scope": {"gpus": ["A100 SXM 80GB"]},
}  # fmt: skip


@pytest.mark.parametrize("by", [2.0, 10.0, 50.0])
def test_short_answers_at_a_low_rate_cost_no_more_than_at_a_high_one(by: float) -> None:
    """27.45 dollars at 0.2 a second stood beside 3.00 at 2 a second."""
    assert not replicas_more(usd(P3), usd(harder(P3, "rate", by)))
    assert usd(P3) < 5.0


@pytest.mark.parametrize("rate", [3.0, 20.0] if TORTURE else [3.0])
def test_the_plan_for_a_gpu_and_why_not_that_gpu_are_one_answer(rate: float) -> None:
    """9.60 dollars stood beside 14.40."""
    question = {
        "model": "meta-llama/Llama-3.1-8B-Instruct", "traffic": {"rate_per_s": rate}, "input_tokens": {"mean": 1000},
        "output_tokens": {"mean": 300}, "sla": {"ttft_p95_s": 2.0, "tpot_p95_s": 0.06},
        "scope": {"gpus": ["L4", "L40S"]},
    }  # fmt: skip
    asked = parse_request(question)
    answer = planner().plan(asked, why_not=["L4"])
    assert isinstance(answer, Plan)
    alone = question | {"scope": {"gpus": ["L4"]}}
    assert answer.why_not[0].usd_per_hour == pytest.approx(usd(alone, verify=True))
