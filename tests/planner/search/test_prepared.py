from __future__ import annotations

from dataclasses import replace

import numpy as np

from planner.catalogs import Catalogs
from planner.load.demand import Demand
from planner.physics.coefficients import Coefficients
from planner.plan.context import Context
from planner.search.prepared import BATCH_LIMITS, Studied, batch_limits, prepare
from tests.planner.conftest import EIGHT, chat_request


def test_designs_studied_once_are_prepared_for_any_lengths(catalogs: Catalogs, coefficients: Coefficients) -> None:
    model = catalogs.models.find(EIGHT).model
    _, designs = Context(catalogs, coefficients).scope(chat_request(scope={"gpus": ["L40S", "T4", "H100"]}), model)
    studied = Studied(designs, coefficients)
    fitting = set()
    for isl in (500.0, 100_000.0, 500.0):
        demand = Demand.simple(isl, 200.0)
        once, anew = studied.prepared(demand, 0.8), prepare(designs, demand, coefficients, confidence=0.8)
        for one, other in ((once.kept, anew.kept), (once.slots, anew.slots)):
            np.testing.assert_array_equal(one, other)
        for name in ("step_s", "prompt_s", "rate_per_s", "caution", "first"):
            np.testing.assert_array_equal(getattr(once.curves, name), getattr(anew.curves, name))
        np.testing.assert_array_equal(studied.fits(demand).nonzero()[0], once.kept)
        fitting.add(len(once.kept))
    assert len(fitting) == 2, "longer requests fit fewer designs"


def test_no_batch_limit_is_above_what_an_engine_is_set_to(catalogs: Catalogs, coefficients: Coefficients) -> None:
    model = catalogs.models.find(EIGHT).model
    _, designs = Context(catalogs, coefficients).scope(chat_request(scope={"gpus": ["H100"]}), model)
    assert (batch_limits(designs) == BATCH_LIMITS).all()
    engine = designs.engines[0]
    settings = engine.settings.model_copy(update={"max_num_seqs": 48})
    few = replace(designs, engines=(replace(engine, settings=settings),))
    assert batch_limits(few).max() == 48.0
