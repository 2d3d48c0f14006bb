from __future__ import annotations

import numpy as np
import pytest

from planner.catalogs import Catalogs
from planner.load.curves import claimed_tokens, slots_of
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
