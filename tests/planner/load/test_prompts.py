from __future__ import annotations

import numpy as np
import pytest

from planner.catalogs import Catalogs
from planner.formulas.types import Array
from planner.load.demand import Demand
from planner.load.grid import GRID
from planner.load.prompts import (
    PROMPT_GRID,
    beside_prompts,
    mixed_steps,
    over_grid,
    prompt_loads,
    prompt_times,
    seconds_of,
    timed_loads,
)
from planner.physics.coefficients import Coefficients
from planner.physics.footprint import batched_tokens
from planner.physics.step import Load, StepModel
from tests.planner.conftest import one_gpu

SHIPPED = Coefficients.shipped()
DEMAND = Demand.simple(1000.0, 200.0)


def timed(model: StepModel) -> tuple[Array, Array, Array]:
    loads = timed_loads(model, DEMAND, 1000.0)
    return prompt_times(model, DEMAND, 1000.0, loads, seconds_of(model, loads))


def test_a_prompt_takes_what_the_step_with_it_takes_longer(catalogs: Catalogs) -> None:
    """All loads timed at once are each timed alone."""
    model = StepModel.of(one_gpu(catalogs, "vllm"), SHIPPED)
    over, power, shared = timed(model)
    budget = batched_tokens(model.designs)[:, None]
    carrying, plain = prompt_loads(DEMAND, budget, 1000.0, beside_prompts(model.designs))
    longer = model.seconds(carrying, 3) - model.seconds(plain, 3)
    spread = np.interp(power[0, 0], np.linspace(0.0, 2.0, 9), DEMAND.prompt_spread[0])
    at = np.searchsorted(GRID, PROMPT_GRID)
    assert over[0, at] == pytest.approx(longer[0] * spread, rel=1e-9)
    assert 0.5 < power[0, 0] < 1.5
    assert 0.0 <= shared[0, 0] <= 1.0


def test_a_prompt_of_two_lengths_has_a_power_by_hand(catalogs: Catalogs) -> None:
    model = StepModel.of(one_gpu(catalogs, "vllm"), SHIPPED)
    _, power, _ = timed(model)
    beside, each = np.array([[PROMPT_GRID[1]]]), []
    for tokens in (1000.0, 2000.0):
        step = model.seconds(Load(beside, DEMAND.live_tokens, np.array([[tokens]]), tokens), 1)
        each.append(float(step[0, 0] - model.seconds(Load(beside, DEMAND.live_tokens), 1)[0, 0]))
    assert power[0, 0] == pytest.approx(np.log2(each[1] / each[0]), rel=1e-9)


def test_between_the_timed_numbers_times_are_drawn_straight(catalogs: Catalogs) -> None:
    over = over_grid(np.array([[1.0, 4.0, 10.0]]))[0]
    assert over[[0, 1, 4, 7, 12]].tolist() == [1.0, 1.0, 4.0, 10.0, 10.0]
    assert over[2] == pytest.approx(2.0)
    assert mixed_steps(one_gpu(catalogs, "vllm")).tolist() == [1.0]
