from __future__ import annotations

from planner.answers import Plan
from planner.physics.coefficients import Coefficients
from planner.plan.cheapest import Cheapest
from planner.plan.checks import Checker
from planner.plan.explore import Explored
from planner.plan.priced import PricedPlan


def test_what_holds_is_named_as_its_cluster_is(explored: Explored) -> None:
    found = Cheapest(Checker(explored.request, Coefficients.shipped()))
    found.look(explored)
    assert found.best is not None
    held, made = PricedPlan.of_held(found.best), PricedPlan.of_cluster(found.best.cluster)
    assert (held.simulated, made.simulated) == (True, False)
    names = ("usd_per_hour", "machine", "weight_format", "kv_format", "gpus")
    assert [getattr(held, name) for name in names] == [getattr(made, name) for name in names]
    assert held.gpus == found.best.cluster.gpus


def test_the_closed_form_is_named_by_its_cluster(explored: Explored) -> None:
    assert isinstance(explored.answer, Plan)
    c = explored.answer.cluster
    named = PricedPlan.of_cluster(c)
    assert (named.machine, named.gpus, named.usd_per_hour) == (c.machine, c.gpus, c.cost.usd_per_hour)
