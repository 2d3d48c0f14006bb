from __future__ import annotations

from typing import Any

import pytest

from planner.answers import Plan
from planner.catalogs import Catalogs
from planner.physics.coefficients import Coefficients
from planner.plan.checks import Checker
from planner.plan.context import Context
from planner.plan.explore import explore
from planner.plan.first_limit import first_limit
from planner.planner import Planner
from planner.request.reading import parse_request
from planner.request.request import Request


def asked(**more: Any) -> Request:
    return parse_request({
        "model": "microsoft/phi-4", "traffic": {"rate_per_s": 25.0}, "input_tokens": {"mean": 500},
        "output_tokens": {"mean": 120}, "scope": {"gpus": ["H100 SXM"]},
        "sla": {"ttft_p95_s": 0.8, "tpot_p95_s": 0.03}, **more,
    })  # fmt: skip


@pytest.mark.parametrize(
    ("sla", "breaks"),
    [({"ttft_p95_s": 0.8, "tpot_p95_s": 0.03}, "tpot_p95_s"), ({"ttft_p95_s": 0.3, "tpot_p95_s": 0.2}, "ttft_p95_s")],
)
def test_the_limit_named_is_the_one_that_breaks_beyond_that_rate(
    catalogs: Catalogs, coefficients: Coefficients, sla: dict[str, float], breaks: str
) -> None:
    request = asked(sla=sla)
    plan = Planner(catalogs=catalogs, coefficients=coefficients).plan(request)
    assert isinstance(plan, Plan)
    cluster = plan.cluster
    assert cluster.sla_breaks_by == "simulation"
    assert plan.binding_limit.startswith(f"{breaks} ({sla[breaks]:g} s) breaks first")
    beyond = Checker(request, coefficients).run(
        cluster, rate_per_s=1.05 * cluster.sla_breaks_at_rate_per_s, requests=6000
    )
    assert [check.key for check in beyond.sla if not check.holds] == [breaks]


def test_a_rate_of_the_closed_form_names_nothing(context: Context) -> None:
    found = explore(asked(), context).answer
    assert isinstance(found, Plan)
    assert first_limit(found.cluster, Checker(asked(), context.coefficients)) == ""
