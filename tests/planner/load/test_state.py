from __future__ import annotations

import numpy as np
import pytest

from planner.catalogs import Catalogs
from planner.load.curves import curves
from planner.load.demand import Demand
from planner.load.state import state_of
from planner.physics.coefficients import Coefficients
from tests.planner.conftest import one_gpu

SHIPPED = Coefficients.shipped()


def test_little_load_leaves_the_replica_alone_and_much_fills_it(catalogs: Catalogs) -> None:
    c = curves(one_gpu(catalogs, "vllm"), Demand.simple(1000.0, 200.0), SHIPPED)
    slots = np.array([64.0])
    few, some, many = (state_of(c, np.array([rate]), slots, np.ones(1)) for rate in (1e-6, 2.0, 1e4))
    assert few.rho[0] < 1e-3
    assert few.running[0] < some.running[0] <= slots[0]
    assert few.idle[0] == pytest.approx(1.0, abs=1e-3)
    assert not some.full[0]
    assert many.full[0]
    assert many.utilization[0] > 1.0


def test_poisson_arrivals_do_not_crowd_and_bursts_do(catalogs: Catalogs) -> None:
    c = curves(one_gpu(catalogs, "vllm"), Demand.simple(1000.0, 200.0), SHIPPED)
    even, bursty = (state_of(c, np.array([2.0]), np.array([64.0]), np.array([cv])) for cv in (1.0, 3.0))
    span = np.array([10.0])
    assert even.arrivals.crowding(span)[0] == pytest.approx(1.0, abs=1e-6)
    assert bursty.arrivals.crowding(span)[0] > 3.0
