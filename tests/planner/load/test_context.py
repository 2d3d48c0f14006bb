from __future__ import annotations

from planner.catalogs import Catalogs
from planner.load.context import context_problem, cut_text
from planner.load.demand import Demand
from tests.planner.conftest import EIGHT


def test_a_tail_beyond_the_context_is_said_and_longer_means_are_a_problem(catalogs: Catalogs) -> None:
    model = catalogs.models.find(EIGHT).model
    short, tail, long = (Demand.simple(mean, 500.0) for mean in (1000.0, 127_000.0, 140_000.0))
    assert (context_problem(short, model), cut_text(short, model)) == ("", "")
    assert context_problem(tail, model) == ""
    assert "are cut to it" in cut_text(tail, model)
    assert "exceed the context" in context_problem(long, model)
