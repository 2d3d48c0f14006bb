from __future__ import annotations

import pytest

from planner.answers import Plan
from planner.physics.confidence import CENTRAL
from planner.plan.checks import Checker
from planner.plan.context import Context
from planner.plan.explore import explore
from planner.plan.finished import finished
from planner.plan.sizes import Sizes
from tests.planner.conftest import chat_request


def test_a_winner_of_fewer_replicas_than_in_closed_form_shows_simulated_figures(
    context: Context,
) -> None:
    asked = chat_request(traffic={"rate_per_s": 12}, scope={"gpus": ["RTX 5090"]}, quality={"any_quality": True})
    first = explore(asked, context)
    assert isinstance(first.answer, Plan)
    sizes = Sizes(first)
    option = sizes.options(1)[0]
    smaller = sizes.winning(option, option.needed - 1)
    assert isinstance(smaller.answer, Plan)
    checker = Checker(asked, context.coefficients)
    run = checker.check(smaller.answer.cluster)
    answer = finished(smaller, first.answer, run, checker, ("smaller",), fewer=True)
    central = checker.run(smaller.answer.cluster, caution=CENTRAL)
    assert answer.cluster.latency.figures == "simulation"
    assert answer.cluster.latency.ttft_s.p95 == central.ttft_s.p95
    breaks = answer.cluster.sla_breaks_at_rate_per_s
    assert answer.cluster.utilization == pytest.approx(min(1.0, 12 / breaks))
    assert all(r.cluster.cost.usd_per_hour >= answer.cluster.cost.usd_per_hour for r in answer.runners_up)
    assert "smaller" in answer.assumptions
