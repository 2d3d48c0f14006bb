from __future__ import annotations

import numpy as np
import pytest

from planner.catalogs import Catalogs
from planner.load.curves import GRID, claimed_tokens, rate_curve, slots_of
from planner.load.demand import Demand
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
    """16 steps a prompt: 1 / (16 step + prompt) requests a second, however many run; nothing changes for long outputs.

    By hand: 1 / (16 x 0.01 + 0.1) = 3.846, where 1 / prompt = 10 was taken.
    """
    step, prompt, none = np.full((1, len(GRID)), 0.01), np.full((1, len(GRID)), 0.1), np.zeros((1, 1))
    assert rate_curve(step, prompt, none, 3.0, 16.0)[0, 1:] == pytest.approx(1.0 / 0.26)
    assert rate_curve(step, prompt, none, 3.0)[0, -1] > 9.0
    long, free = (rate_curve(step, prompt, none, 1000.0, chunks) for chunks in (16.0, 0.0))
    assert (long[0, :6] == free[0, :6]).all()
