"""Requests longer than a model's context are cut to it and counted, or refused, in every command."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from planner import Planner, Rehearsal, parse_request
from planner.answers import Plan
from planner.errors import InputError
from planner.load.demand import Demand
from planner.physics.deployment import Deployment
from planner.simulation.workload import generated
from tests.consistency.test_dollars import planner

MODEL, CONTEXT = "meta-llama/Llama-3.1-8B-Instruct", 131_072
LONG: dict[str, Any] = {
    "model": MODEL, "traffic": {"rate_per_s": 0.1}, "input_tokens": {"mean": 127_000}, "output_tokens": {"mean": 500},
    "sla": {"ttft_p95_s": 90.0}, "scope": {"gpus": ["H100 SXM"], "formats": ["fp8"]},
}  # fmt: skip


def test_drawn_requests_fit_the_context_and_their_moments_are_those_of_the_closed_form() -> None:
    request = parse_request(LONG)
    jobs = generated(request, 400_000.0, 1, CONTEXT)
    tokens = np.array(jobs.jobs.input_tokens) + np.array(jobs.jobs.output_tokens)
    demand, free = Demand.of(request, CONTEXT), Demand.of(request)
    assert tokens.max() <= CONTEXT
    assert jobs.cut / len(tokens) == pytest.approx(free.beyond(CONTEXT), abs=0.01)
    assert demand.isl == pytest.approx(float(np.mean(jobs.jobs.input_tokens)), rel=0.01)
    assert demand.input.cv == pytest.approx(float(np.std(jobs.jobs.input_tokens)) / demand.isl, rel=0.03)
    assert free.within(10_000_000) is free


def test_every_command_says_how_many_are_cut() -> None:
    plan = planner().plan(parse_request(LONG))
    assert isinstance(plan, Plan)
    assert any("38" in text and "are cut to it" in text for text in plan.assumptions)
    assert plan.verification is not None
    assert plan.verification.refused_too_long == 0
    assert plan.verification.cut_to_context > 0.3 * plan.verification.requests
    assert plan.cluster.latency.tpot_s.p50 > 0.005
    deployment = Deployment(MODEL, "H100 SXM", "fp8", rate_per_s=0.01)
    estimate = planner().estimate(deployment, Demand.of(parse_request(LONG)))
    assert any("are cut to it" in text for text in estimate.assumptions)
    run = planner().simulate(parse_request(LONG), deployment, Rehearsal(seconds=600.0))
    assert run.cut_to_context > 0


def test_where_most_would_be_cut_the_question_is_refused() -> None:
    most = {"quantiles": [1000.0] * 4 + [130_900.0] * 7}
    with pytest.raises(InputError, match="longer than the context"):
        planner().plan(parse_request(LONG | {"input_tokens": most}))
    with pytest.raises(InputError, match="exceed the context"):
        Planner().plan(parse_request(LONG | {"input_tokens": {"mean": 140_000}}))


def test_what_no_context_holds_is_refused_by_every_command() -> None:
    request, demand = parse_request(LONG | {"input_tokens": {"mean": 140_000}}), Demand.simple(140_000, 500)
    deployment = Deployment(MODEL, "H100 SXM", "fp8", rate_per_s=0.01)
    for ask in (
        lambda: planner().plan(request), lambda: planner().quant(request),
        lambda: planner().estimate(deployment, demand),
        lambda: planner().simulate(request, deployment, Rehearsal(seconds=600.0)),
    ):  # fmt: skip
        with pytest.raises(InputError, match="exceed the context"):
            ask()
