"""The cache of pipelined designs."""

from __future__ import annotations

import numpy as np
import pytest

from planner.catalogs import Catalogs
from planner.load.curves import slots_of
from planner.load.demand import Demand
from planner.load.records import memory
from planner.physics.coefficients import Coefficients
from planner.physics.footprint import footprint
from planner.physics.kv_cache import cache_bytes
from planner.simulation.simulated import clock_of
from tests.planner.conftest import SEVENTY, designs, only

SHIPPED = Coefficients.shipped()


@pytest.mark.parametrize("stages", [1, 2, 4])
def test_a_stage_holds_the_cache_of_its_own_layers_and_stages_are_counted_once(catalogs: Catalogs, stages: int) -> None:
    design, demand = only(designs(catalogs, SEVENTY, "H100", "fp8"), 2, stages), Demand.simple(1000, 200)
    parts = footprint(design, SHIPPED, max_sequences=np.array([64.0]))
    pool = float(parts.kv_pool[0, 0])
    tokens = pool / (float(cache_bytes(design, np.array(16_000.0))[0]) / 16_000.0)
    shown = memory(design, parts, 0, 0, demand)
    assert shown.kv_tokens_per_replica == pytest.approx(tokens, rel=0.02)
    assert slots_of(design, parts.kv_pool, demand, np.array([[1e6]]))[0, 0] == pytest.approx(
        shown.sequences_per_replica, rel=0.1
    )
    assert clock_of(design, demand, SHIPPED, max_sequences=64).pool_tokens == pytest.approx(tokens, rel=0.02)
