from __future__ import annotations

import pytest

from planner.answers import Plan
from planner.catalogs import Catalogs
from planner.deployment.started import benched, exported, launched
from planner.export.derive import Choices
from planner.export.launch import Launch
from planner.physics.coefficients import Coefficients
from planner.physics.deployment import Deployment
from planner.plan.context import Context
from planner.plan.explore import explore
from tests.planner.conftest import EIGHT, chat_request


def started(context: Context, **changes: object) -> tuple[Plan, Launch]:
    answer = explore(chat_request(scope={"gpus": ["H100", "L40S"]}, **changes), context).answer
    assert isinstance(answer, Plan)
    found = launched(answer, context.catalogs, context.coefficients)
    assert isinstance(found, Launch)
    return answer, found


def test_a_winner_starts_as_it_was_planned(context: Context) -> None:
    plan, launch = started(context, traffic={"rate_per_s": 8, "prefix_hit": 0.3}, limits={"spare_replicas": 1})
    c = plan.cluster
    assert (launch.replicas, launch.spare) == (c.replicas, 1)
    assert launch.all_sequences == c.replica.max_sequences
    assert launch.batched_tokens == c.replica.max_batched_tokens
    assert launch.prefix_caching is True
    assert (launch.host.count, launch.host.gpus) == (c.machine.count, c.machine.gpus)
    assert launch.rate_per_s == 8
    assert any(text.startswith("8 requests a second of 1155") for text in launch.assumptions)
    assert any("limits: ttft_p95_s 1" in text for text in launch.assumptions)


def test_the_context_holds_the_longest_request_of_the_plan(context: Context) -> None:
    _, launch = started(context, input_tokens={"mean": 8000, "cv": 1.0}, sla={})
    assert launch.context >= 8000 * 4


def test_a_deployment_is_one_replica_with_the_cache_that_is_estimated(
    catalogs: Catalogs, coefficients: Coefficients
) -> None:
    found = launched(Deployment(EIGHT, "L40S"), catalogs, coefficients, Choices(offline=True))
    assert isinstance(found, Launch)
    assert (found.replicas, found.host.provider) == (1, "")
    assert found.environment["HF_HUB_OFFLINE"] == "1"


@pytest.mark.parametrize("target", ["vllm", "kubernetes"])
def test_texts_are_those_of_targets(catalogs: Catalogs, coefficients: Coefficients, target: str) -> None:
    text = exported(Deployment(EIGHT, "L40S"), target, catalogs, coefficients, None, None, "none")
    assert isinstance(text, str)
    assert EIGHT in text
    script = benched(Deployment(EIGHT, "L40S"), chat_request(model=EIGHT), (), catalogs, coefficients, None)
    assert isinstance(script, str)
    assert all(tool in script for tool in ("vllm bench", "sglang.bench_serving", "guidellm", "aiperf"))
