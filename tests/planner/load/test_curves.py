from __future__ import annotations

import numpy as np
import pytest

from planner.catalogs import Catalogs
from planner.load.curves import carrying_steps, claimed_tokens, rate_curve, slots_of
from planner.load.demand import Demand
from planner.load.grid import GRID
from tests.planner.conftest import one_gpu


def test_an_engine_that_reserves_the_output_runs_fewer_at_once(catalogs: Catalogs) -> None:
    demand = Demand.simple(1000, 4000)
    pool, free = np.array([[20e9]]), np.array([[1e9]])
    held = {
        name: float(slots_of(one_gpu(catalogs, name), pool, demand, free)[0, 0])
        for name in ("vllm", "sglang", "tensorrt-llm")
    }
    assert held["vllm"] == pytest.approx(held["sglang"], rel=0.01)
    assert held["tensorrt-llm"] < 0.7 * held["vllm"]
    claim = {name: float(claimed_tokens(one_gpu(catalogs, name), demand)[0]) for name in ("vllm", "tensorrt-llm")}
    assert claim["tensorrt-llm"] - 1000 == pytest.approx(2 * (claim["vllm"] - 1000), abs=2)


def test_the_steps_of_a_long_prompt_bound_the_rate_of_short_outputs() -> None:
    """16 steps a prompt: 1 / (16 step) requests a second, however many run; nothing changes for long outputs."""
    plain, carrying, mixed = np.full((1, len(GRID)), 0.01), np.full((1, len(GRID)), 0.02), np.ones((1, 1))
    steps = carrying_steps(np.array([[3.0]]), 16.0 * GRID)
    assert rate_curve(plain, carrying, np.array([[3.0]]), steps, mixed)[0] == pytest.approx(1.0 / (16.0 * 0.02))
    long = carrying_steps(np.array([[1000.0]]), 16.0 * GRID)
    # By hand: 4 requests in 64 steps with prompts and 936 without.
    rate = rate_curve(plain, carrying, np.array([[1000.0]]), long, mixed)[0, 2]
    assert rate == pytest.approx(4.0 / (936 * 0.01 + 64 * 0.02))


def test_few_requests_have_a_step_each_for_their_prompts_and_many_share() -> None:
    few, many = carrying_steps(np.array([[1e6]]), 0.0 * GRID), carrying_steps(np.array([[1.0]]), 0.0 * GRID)
    assert few[0] == pytest.approx(GRID, rel=0.01)
    assert (many[0] <= 1.0).all()
