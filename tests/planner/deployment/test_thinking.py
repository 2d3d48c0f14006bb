from __future__ import annotations

from typing import Any

import pytest

from planner.answers import Estimate
from planner.deployment.estimate import estimate
from planner.deployment.running import deployed
from planner.deployment.thinking import at_own_rate
from planner.errors import InputError
from planner.load.demand import Demand
from planner.physics.deployment import Deployment
from planner.plan.context import Context
from planner.request.reading import parse_request
from planner.request.request import Request
from tests.planner.conftest import EIGHT


def asked(**traffic: Any) -> Request:
    tokens = {"input_tokens": {"mean": 900.0}, "output_tokens": {"mean": 200.0}}
    return parse_request({"model": EIGHT, "traffic": traffic, **tokens})


def test_a_deployment_answers_thinking_users_in_its_own_time(context: Context) -> None:
    request, named = asked(users=400, active_share=0.25, think_time_s=20), Deployment(EIGHT, "H100")
    found = deployed(named, request, context, None)
    own = at_own_rate(request, found, 1, context.coefficients).traffic.rate_per_s
    assert own < request.traffic.rate_per_s == 5.0
    clients = Deployment(EIGHT, "H100", concurrency=100.0, think_time_s=20.0)
    answer = estimate(clients, Demand.of(request), context.catalogs, context.coefficients)
    assert isinstance(answer, Estimate)
    assert answer.output_tokens_per_s == pytest.approx(200.0 * own, rel=1e-3)
    assert own * (20.0 + answer.latency.e2e_s.mean) == pytest.approx(100.0, rel=1e-3)
    # Two replicas have half the clients each, and answer sooner.
    assert own < at_own_rate(request, found, 2, context.coefficients).traffic.rate_per_s < 5.0


def test_other_traffic_keeps_its_rate(context: Context) -> None:
    for request in (asked(users=400), asked(rate_per_s=2.0)):
        found = deployed(Deployment(EIGHT, "H100"), request, context, None)
        assert at_own_rate(request, found, 1, context.coefficients) is request


@pytest.mark.parametrize("load", [{"rate_per_s": 2.0}, {"concurrency": 2.0, "requests": 9.0}, {"concurrency": 2.0}])
def test_thinking_is_of_a_concurrency_that_lasts(load: dict[str, float]) -> None:
    lasts = set(load) == {"concurrency"}
    with pytest.raises(InputError, match="think_time_s: expected a number from 1" if lasts else "give concurrency"):
        Deployment(EIGHT, "H100", think_time_s=0.5 if lasts else 5.0, **load).check()  # type: ignore[arg-type]
