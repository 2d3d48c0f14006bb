from __future__ import annotations

import numpy as np
import pytest

from planner.catalogs import Catalogs
from planner.load.curves import Curves, curves, rate_at
from planner.load.demand import Demand
from planner.load.latency import latency
from planner.load.thinking import thinking_rate
from planner.physics.coefficients import Coefficients
from tests.planner.conftest import one_gpu

SLOTS = 64.0


@pytest.fixture(scope="module")
def one(catalogs: Catalogs, coefficients: Coefficients) -> Curves:
    return curves(one_gpu(catalogs, "vllm"), Demand.simple(900.0, 200.0), coefficients)


@pytest.mark.parametrize(("clients", "think_s"), [(0.1, 30.0), (40.0, 60.0), (300.0, 20.0), (5000.0, 10.0)])
def test_a_client_is_either_thinking_or_served(one: Curves, clients: float, think_s: float) -> None:
    rate = thinking_rate(one, SLOTS, clients, think_s)
    whole = latency(one, np.array([rate]), np.array([SLOTS]), sharing=np.ones(1)).e2e.average[0]
    assert rate * (think_s + whole) == pytest.approx(clients, rel=1e-3)


def test_the_rate_grows_with_clients_up_to_what_the_slots_sustain(one: Curves) -> None:
    rates = [thinking_rate(one, SLOTS, clients, 30.0) for clients in (1.0, 10.0, 100.0, 1e3, 1e4)]
    assert rates == sorted(rates)
    limit = float(rate_at(one, np.arange(1), np.array([SLOTS]))[0])
    assert 0.9 * limit < rates[-1] < limit
    assert thinking_rate(one, SLOTS, 1.0, 86_400.0) == pytest.approx(1.0 / 86_400.0, rel=1e-3)
