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


def test_other_offers_of_the_same_gpus_ask_for_the_same_designs(catalogs: Catalogs, coefficients: Coefficients) -> None:
    context, model = Context(catalogs, coefficients), catalogs.models.find(EIGHT).model
    few, more = (
        context.prepared(chat_request(scope={"gpus": ["L40S"], "offer_classes": classes}), model)
        for classes in (["cloud"], ["cloud", "marketplace"])
    )
    assert len(few[0].offers) < len(more[0].offers)
    assert few[1] is more[1]
    assert few[2].curves.step_s is more[2].curves.step_s
    wide = context.prepared(chat_request(scope={"gpus": ["L40S", "L4"]}), model)[1]
    assert {gpu.name for gpu in wide.gpus} == {"L40S", "L4"}


def test_what_designs_serve_is_kept_for_one_rate_and_sla(catalogs: Catalogs, coefficients: Coefficients) -> None:
    context, model = Context(catalogs, coefficients), catalogs.models.find(EIGHT).model
    first = context.rated(chat_request(**GPUS), model)
    assert context.rated(chat_request(**GPUS, limits={"max_gpus": 4}), model) is first
    for change in ({"traffic": {"rate_per_s": 30.0}}, {"sla": {"ttft_p95_s": 2.0}}, {"confidence": 0.9}):
        other = context.rated(chat_request(**GPUS, **change), model)
        rows = np.arange(len(first.rates))
        assert other is not first
        assert np.all(other.rates_of(rows) >= 0.0)
    assert np.isnan(first.rates).any()
