"""Of several models the one with the cheapest plan, as if every one of them were planned in full."""

from __future__ import annotations

import numpy as np
import pytest

from planner.catalogs import Catalogs
from planner.physics.coefficients import Coefficients
from planner.plan.context import Context
from planner.plan.explore import explore
from planner.plan.models import cheapest_model
from tests.consistency.drawn import TORTURE
from tests.planner.conftest import chat_request

MODELS = ("meta-llama/Llama-3.3-70B-Instruct", "Qwen/Qwen3-32B", "meta-llama/Llama-3.1-8B-Instruct", "Qwen/Qwen3-8B")


@pytest.mark.parametrize("models", [MODELS, MODELS[:2], MODELS[::-1]] if TORTURE else [MODELS, MODELS[::-1]])
@pytest.mark.parametrize("rate", [0.5, 40.0])
def test_the_cheapest_of_all_plans(
    models: tuple[str, ...], rate: float, catalogs: Catalogs, coefficients: Coefficients
) -> None:
    request = chat_request(traffic={"rate_per_s": rate}, scope={"gpus": ["L40S", "H100"]}, sla={"tpot_p95_s": 0.06})
    asked = [(catalogs.models.find(name).model, request.named(name)) for name in models]
    found = cheapest_model(request, asked, Context(catalogs, coefficients))
    usd = []
    for _, one in asked:
        explored = explore(one, Context(catalogs, coefficients))
        usd.append(np.inf if explored.winner is None else explored.found.usd_per_hour[explored.winner])  # type: ignore[union-attr]
    assert usd[found] == min(usd) < np.inf


def test_the_first_where_none_has_a_plan(catalogs: Catalogs, coefficients: Coefficients) -> None:
    request = chat_request(scope={"gpus": ["L40S"]}, sla={"ttft_p95_s": 1e-4})
    asked = [(catalogs.models.find(name).model, request.named(name)) for name in MODELS[1:3]]
    assert cheapest_model(request, asked, Context(catalogs, coefficients)) == 0


def test_the_cheapest_without_limits_where_none_has_a_plan_within_them(
    catalogs: Catalogs, coefficients: Coefficients
) -> None:
    request = chat_request(scope={"gpus": ["L40S"]}, sla={"tpot_p95_s": 0.06}, limits={"max_usd_per_hour": 0.01})
    asked = [(catalogs.models.find(name).model, request.named(name)) for name in MODELS]
    context = Context(catalogs, coefficients)
    found = cheapest_model(request, asked, context)
    assert found == cheapest_model(request.unlimited, asked, context) != 0
