from __future__ import annotations

import numpy as np
import pytest

from planner.catalogs import Catalogs
from planner.load.best_case import UNEVEN, BestCase
from planner.load.curves import plain_load, prompt_context
from planner.load.demand import Demand
from planner.load.grid import GRID
from planner.physics.coefficients import Coefficients
from planner.physics.footprint import batched_tokens
from planner.physics.step import Load, StepModel
from tests.planner.conftest import one_gpu

SHIPPED = Coefficients.shipped()


@pytest.mark.parametrize(("isl", "osl", "prompts_bind"), [(50.0, 2000.0, False), (20_000.0, 2.0, True)])
def test_the_rate_is_that_of_tokens_or_of_prompts_alone_by_hand(
    catalogs: Catalogs, isl: float, osl: float, prompts_bind: bool
) -> None:
    model, demand = StepModel.of(one_gpu(catalogs, "vllm"), SHIPPED), Demand.simple(isl, osl)
    plain = model.seconds(plain_load(model, demand.live_tokens), len(GRID))
    found = BestCase.of(model, demand, plain, np.array([256.0]), np.array([1.25]))
    budget = batched_tokens(model.designs)[:, None]
    full = model.seconds(Load(np.zeros((1, 1)), demand.live_tokens, budget, prompt_context(demand)), 1)
    of_prompts = budget[0, 0] / (UNEVEN * full[0, 0] * isl)
    of_tokens = 256.0 / (osl * plain[0, 8])
    assert (of_prompts < of_tokens) == prompts_bind
    assert found.rate_per_s[0, 8] == pytest.approx(min(of_prompts, of_tokens) / 1.25)
    assert found.step_s[0] == pytest.approx(1.25 * plain[0])
