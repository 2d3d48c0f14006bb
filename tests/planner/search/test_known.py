"""Designs are worked out once, and are the same in every scope that they are asked in."""

from __future__ import annotations

from dataclasses import fields

import numpy as np

from planner.catalogs import Catalogs
from planner.formulas.types import Array
from planner.load.demand import Demand
from planner.physics.coefficients import Coefficients
from planner.physics.design import Designs
from planner.plan.context import Context
from planner.search.known import KnownDesigns
from planner.search.prepared import Prepared, prepare
from tests.planner.conftest import EIGHT, chat_request


def same(a: Prepared, b: Prepared) -> bool:
    """Whether the columns are equal to the bit."""
    columns = [
        (getattr(x, f.name), getattr(y, f.name))
        for x, y in ((a.curves, b.curves), (a.memory, b.memory))
        for f in fields(x)
        if f.name != "demand"
    ]
    return all(np.array_equal(x, y) for x, y in [*columns, (a.kept, b.kept), (a.slots, b.slots)])


def test_a_wider_scope_asks_for_the_new_designs_alone(catalogs: Catalogs, coefficients: Coefficients) -> None:
    asked: list[int] = []
    model, demand = catalogs.models.find(EIGHT).model, Demand.of(chat_request())

    def make(designs: Designs, new: Array) -> Prepared:
        asked.append(int(new.sum()))
        return prepare(designs.take(new), demand, coefficients)

    context, known = Context(catalogs, coefficients), KnownDesigns(make)
    scopes = (["L40S"], ["T4", "L40S", "H100"], ["H100"])
    few, more, part = (context.scope(chat_request(scope={"gpus": gpus}), model)[1] for gpus in scopes)
    for designs in (few, more, part):
        found, _ = known.prepared(designs)
        assert same(found, prepare(designs, demand, coefficients))
        assert len(found.designs) == len(found.kept) < len(designs) or len(found.kept) == len(designs)
    assert asked == [len(few), len(more) - len(few)]


def test_rates_of_a_design_are_known_in_other_scopes(catalogs: Catalogs, coefficients: Coefficients) -> None:
    context, model = Context(catalogs, coefficients), catalogs.models.find(EIGHT).model
    few, more = (context.rated(chat_request(scope={"gpus": g}), model) for g in (["L40S"], ["H100", "L40S"]))
    rates = few.rates_of(np.arange(len(few.prepared.designs)))
    names = [gpu.name for gpu in more.prepared.designs.gpus]
    ours = more.prepared.designs.gpu == names.index("L40S")
    assert np.array_equal(more.rates[ours], rates)
    assert np.isnan(more.rates[~ours]).all()


def test_some_designs_of_a_scope_and_then_all_are_as_asked_at_once(
    catalogs: Catalogs, coefficients: Coefficients
) -> None:
    model, request = catalogs.models.find(EIGHT).model, chat_request(scope={"gpus": ["H100", "L40S"]})
    context = Context(catalogs, coefficients)
    _, designs = context.scope(request, model)
    some = np.arange(len(designs)) % 3 == 0
    part, _ = context.some_prepared(request, model, designs, some)
    assert (part.kept % 3 == 0).all()
    whole = prepare(designs, Demand.of(request, model.max_context), coefficients, confidence=request.confidence)
    assert same(part, whole.take(whole.kept % 3 == 0))
    assert same(context.prepared(request, model)[2], whole)
