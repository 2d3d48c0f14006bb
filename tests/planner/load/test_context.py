from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from planner import Planner
from planner.catalogs import Catalogs
from planner.errors import InputError
from planner.fleet.request import FleetRequest
from planner.load.context import context_problem, cut_text
from planner.load.demand import Demand
from planner.physics.deployment import Deployment
from planner.request.reading import parse_request
from planner.tco.request import TcoTerms
from tests.planner.conftest import EIGHT


def test_a_tail_beyond_the_context_is_said_and_longer_means_are_a_problem(catalogs: Catalogs) -> None:
    model = catalogs.models.find(EIGHT).model
    short, tail, long = (Demand.simple(mean, 500.0) for mean in (1000.0, 127_000.0, 140_000.0))
    assert (context_problem(short, model), cut_text(short, model)) == ("", "")
    assert context_problem(tail, model) == ""
    assert "are cut to it" in cut_text(tail, model)
    assert "exceed the context" in context_problem(long, model)


TABLES = {
    "traffic": {"rate_per_s": 1.0}, "input_tokens": {"mean": 200_000}, "output_tokens": {"mean": 100},
    "sla": {"ttft_p95_s": 60.0},
}  # fmt: skip
LONG = parse_request({"model": EIGHT, "scope": {"gpus": ["H100"]}, **TABLES})
NAMED = Deployment(EIGHT, "H100", rate_per_s=0.1)


@pytest.mark.parametrize(
    "ask",
    [
        lambda p: p.plan(LONG), lambda p: p.quant(LONG), lambda p: p.tco(LONG, TcoTerms()),
        lambda p: p.simulate(LONG, NAMED), lambda p: p.estimate(NAMED, Demand.of(LONG)),
        lambda p: p.fit(EIGHT, gpus=["L4"], context=200_100),
        lambda p: p.fleet(FleetRequest.model_validate({"workloads": [{"name": "a", "model": EIGHT, **TABLES}]})),
    ],
    ids=["plan", "quant", "tco", "simulate", "estimate", "fit", "fleet"],
)  # fmt: skip
def test_every_question_refuses_requests_beyond_the_context(catalogs: Catalogs, ask: Callable[[Planner], Any]) -> None:
    with pytest.raises(InputError, match=r"exceed the context of .*\(131072\)"):
        ask(Planner(catalogs=catalogs))
