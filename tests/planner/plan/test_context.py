"""What is kept between questions is kept by value, for a bounded number of questions."""

from __future__ import annotations

import numpy as np

from planner.catalogs import Catalogs
from planner.physics.coefficients import Coefficients
from planner.plan.context import KEPT, Context
from tests.planner.conftest import EIGHT, chat_request

GPUS = {"scope": {"gpus": ["L40S"]}}


def test_another_rate_asks_for_the_same_curves_and_another_length_for_others(
    catalogs: Catalogs, coefficients: Coefficients
) -> None:
    context, model = Context(catalogs, coefficients), catalogs.models.find(EIGHT).model
    first = context.prepared(chat_request(**GPUS), model)[2]
    faster = context.prepared(chat_request(**GPUS, traffic={"rate_per_s": 30.0}), model)[2]
    longer = context.prepared(chat_request(**GPUS, input_tokens={"mean": 4000}), model)[2]
    assert faster.curves.step_s is first.curves.step_s
    assert longer.curves.demand.isl > first.curves.demand.isl
    assert not np.array_equal(longer.curves.step_s, first.curves.step_s)


def test_a_changed_record_of_a_model_is_another_question(catalogs: Catalogs, coefficients: Coefficients) -> None:
    context, model = Context(catalogs, coefficients), catalogs.models.find(EIGHT).model
    group = model.layers[0]
    deeper = model.model_copy(update={"layers": (group.model_copy(update={"count": group.count + 8}),)})
    shallow, deep = (context.prepared(chat_request(**GPUS), m)[1] for m in (model, deeper))
    assert (shallow.model, deep.model) == (model, deeper)


def test_the_oldest_question_goes(catalogs: Catalogs, coefficients: Coefficients) -> None:
    context, model = Context(catalogs, coefficients), catalogs.models.find(EIGHT).model
    scopes = [{"gpus": ["L4"], "max_gpus_per_replica": n} for n in range(1, KEPT + 2)]
    first, *_, last = [context.scope(chat_request(scope=scope), model)[1] for scope in scopes]
    assert context.scope(chat_request(scope=scopes[-1]), model)[1] is last
    assert context.scope(chat_request(scope=scopes[0]), model)[1] is not first
