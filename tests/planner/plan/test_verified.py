"""Plans that the simulation agrees with."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from planner.answers import Plan
from planner.catalogs import Catalogs
from planner.physics.coefficients import Coefficients
from planner.plan.context import Context
from planner.plan.explore import explore
from planner.plan.verified import PASSED_OVER, Checked, verified, verified_cluster
from planner.request.reading import parse_request, read_request
from planner.simulation.work import StepBudget
from tests.consistency.drawn import TORTURE
from tests.planner.plan.offers import context_of, overlay


def test_the_winner_is_simulated_and_the_answer_says_so(context: Context) -> None:
    request = parse_request(
        {
            "model": "meta-llama/Llama-3.1-8B-Instruct", "traffic": {"rate_per_s": 20.0}, "scope": {"gpus": ["L4"]},
            "input_tokens": {"mean": 800}, "output_tokens": {"mean": 150}, "sla": {"ttft_p95_s": 2, "tpot_p95_s": 0.08},
        }
    )  # fmt: skip
    answer = verified(explore(request, context), context).answer
    assert isinstance(answer, Plan)
    check = answer.verification
    assert check is not None
    assert check.requests == check.served + check.refused_too_long + check.unfinished
    assert {c.key for c in check.sla} == {"ttft_p95_s", "tpot_p95_s"}
    assert all(c.holds for c in check.sla)
    plain = explore(request, context).answer
    assert isinstance(plain, Plan)
    assert answer.cluster.cost.usd_per_hour <= plain.cluster.cost.usd_per_hour * 1.3


EXAMPLE = Path(__file__).resolve().parents[3] / "examples" / "chat-70b.toml"


NEAR: dict[str, Any] = {
    "model": "Qwen/Qwen2.5-7B-Instruct", "traffic": {"rate_per_s": 20.0}, "input_tokens": {"mean": 900},
    "output_tokens": {"mean": 150}, "scope": {"gpus": ["L40S", "H100"]}, "sla": {"tpot_p95_s": 0.03},
}  # fmt: skip


BREAKS: dict[str, Any] = {
    "model": "Qwen/Qwen3-32B", "traffic": {"rate_per_s": 2.0, "cv": 2.0}, "input_tokens": {"mean": 2000, "cv": 1.5},
    "output_tokens": {"mean": 100}, "scope": {"gpus": ["H100"]}, "sla": {"ttft_p99_s": 0.8},
}  # fmt: skip


def test_where_the_simulation_breaks_a_limit_the_plan_costs_no_less_and_says_why(context: Context) -> None:
    request = parse_request(BREAKS)
    plain, checked = explore(request, context).answer, verified(explore(request, context), context).answer
    assert isinstance(plain, Plan)
    assert isinstance(checked, Plan)
    assert checked.verification is not None
    assert [check.holds for check in checked.verification.sla] == [True]
    assert PASSED_OVER in checked.assumptions
    assert checked.cluster.cost.usd_per_hour >= plain.cluster.cost.usd_per_hour
    assert checked.cluster.replica != plain.cluster.replica


def test_a_winner_that_holds_is_the_one_that_was_explored(context: Context) -> None:
    asked = parse_request(NEAR | {"traffic": {"rate_per_s": 2.0}})
    explored = explore(asked, context)
    found = verified(explored, context)
    assert found.explored is explored
    assert found.said == ()


@pytest.mark.parametrize("request_", [BREAKS, NEAR])
def test_the_cluster_alone_is_the_one_of_the_whole_answer(context: Context, request_: dict[str, Any]) -> None:
    explored = explore(parse_request(request_), context)
    alone, whole = verified_cluster(explored, context), verified(explored, context).answer
    assert isinstance(alone, Checked)
    assert isinstance(whole, Plan)
    assert alone.run == whole.verification
    assert (alone.cluster.machine, alone.cluster.replica, alone.cluster.replicas) == (
        whole.cluster.machine, whole.cluster.replica, whole.cluster.replicas,
    )  # fmt: skip


@pytest.mark.parametrize("seed", [0, 1])
def test_where_the_simulation_breaks_a_limit_another_plan_is_made(context: Context, seed: int) -> None:
    for request in (read_request(EXAMPLE), parse_request(NEAR)):
        plain, checked = (
            explore(request, context).answer,
            verified(explore(request, context), context, seed=seed).answer,
        )
        assert isinstance(plain, Plan)
        assert isinstance(checked, Plan)
        assert checked.verification is not None
        assert all(check.holds for check in checked.verification.sla)
        assert checked.cluster.cost.usd_per_hour <= plain.cluster.cost.usd_per_hour
        fewer = checked.cluster.latency.figures == "simulation"
        assert any("holds with fewer replicas" in text for text in checked.assumptions) == fewer


@pytest.mark.parametrize(
    ("traffic", "verified_here"),
    [
        ({"rate_per_s": 1e-8}, True),
        ({"rate_per_s": 1e-4, "cv": 5}, True),
        ({"rate_per_s": 1e-6, "levels": ((0.5, 0.5), (1.5, 0.5)), "window_s": 1.0}, False),
        *([({"rate_per_s": 1000.0}, True)] if TORTURE else []),
        ({"rate_per_s": 50_000.0}, False),
    ],
)
def test_a_plan_for_any_rate_is_answered_and_says_whether_it_was_verified(
    context: Context, traffic: dict[str, Any], verified_here: bool
) -> None:
    answer = verified(explore(parse_request(NEAR | {"traffic": traffic}), context), context).answer
    assert isinstance(answer, Plan)
    assert (answer.verification is not None) == verified_here
    assert any(text.startswith("not verified: ") for text in answer.assumptions) != verified_here
    if answer.verification is not None:
        assert answer.verification.requests > 100


# Settings under which each prompt takes as many steps as it has tokens.
SLOW: dict[str, Any] = {
    "model": "Qwen/Qwen3-8B", "traffic": {"rate_per_s": 2.0}, "input_tokens": {"mean": 300},
    "output_tokens": {"mean": 40}, "scope": {"gpus": ["L40S"]}, "engine": {"max_num_batched_tokens": 1},
}  # fmt: skip


def test_a_plan_whose_simulation_needs_too_many_steps_says_which_limit_was_met(context: Context) -> None:
    found = verified(explore(parse_request(SLOW), context), context)
    assert isinstance(found.answer, Plan)
    assert found.answer.verification is None
    assert found.work.steps == 0
    told = [text for text in found.answer.assumptions if text.startswith("not verified: ")]
    assert told == ["not verified: not simulated: needs about 3,700,000 steps, at most 1,000,000"]
    assert verified_cluster(explore(parse_request(SLOW), context), context) == Checked(found.answer.cluster)


def test_outputs_that_fill_the_cache_end_the_simulation_after_its_steps(context: Context) -> None:
    asked = {"model": "meta-llama/Llama-3.1-8B-Instruct", "output_tokens": {"mean": 100_000}, "engine": {}}
    few = replace(context, work=StepBudget(20_000.0, each=0))
    found = verified(explore(parse_request(SLOW | asked), context), few)
    assert isinstance(found.answer, Plan)
    assert found.work.steps <= found.work.most + 1
    assert found.answer.verification is None
    assert any("needs more than 20,000 steps" in text for text in found.answer.assumptions)


def test_a_search_that_is_ended_keeps_what_holds_and_says_so(context: Context) -> None:
    request = parse_request(NEAR)
    whole = verified(explore(request, context), context)
    fewer = StepBudget(float(whole.work.steps), steps=whole.work.steps // 2)
    fewer.requests = -(10**9)  # so that requests give no steps
    found = verified(explore(request, context), replace(context, work=fewer))
    assert isinstance(found.answer, Plan)
    assert found.answer.verification is not None
    assert any("steps" in text for text in found.answer.assumptions)
    assert not all(rival.simulated for rival in found.answer.runners_up)


def test_the_same_question_has_the_same_answer_whatever_is_known(context: Context) -> None:
    request, fresh = parse_request(NEAR), Context(context.catalogs, context.coefficients)
    first, again = (verified(explore(request, fresh), fresh) for _ in range(2))
    assert first.answer == again.answer
    assert first.work.steps == again.work.steps


def test_spare_replicas_are_never_all_there_are(tmp_path: Path, catalogs: Catalogs, coefficients: Coefficients) -> None:
    """Four replicas in other formats cost as much as one machine; a plan with two of them spare has two that work."""
    row = "me,4x,lab,l40s,4,1.60,,own,,,2026-11-01,own\n"
    context = context_of(overlay(tmp_path, row), catalogs, coefficients)
    data = {
        "model": "Qwen/Qwen3-0.6B", "traffic": {"rate_per_s": 2.74}, "input_tokens": {"mean": 3000},
        "output_tokens": {"mean": 256}, "sla": {"tpot_p95_s": 0.01}, "scope": {"gpus": ["L40S"], "providers": ["me"]},
        "limits": {"spare_replicas": 2}, "quality": {"any_quality": True},
    }  # fmt: skip
    found = verified(explore(parse_request(data), context), context).answer
    assert isinstance(found, Plan)
    assert found.cluster.replicas > 2
