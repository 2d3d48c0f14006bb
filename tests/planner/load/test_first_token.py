from __future__ import annotations

import numpy as np
import pytest

from planner.catalogs import Catalogs
from planner.load.curves import curves
from planner.load.demand import Demand
from planner.load.first_token import first_token
from planner.load.state import state_of
from planner.physics.coefficients import Coefficients
from tests.planner.conftest import one_gpu

SHIPPED = Coefficients.shipped()


def test_a_first_token_waits_longer_behind_prompts(catalogs: Catalogs) -> None:
    c = curves(one_gpu(catalogs, "vllm"), Demand.simple(1000.0, 200.0), SHIPPED)
    found = first_token(c, state_of(c, np.array([4.0]), np.array([64.0]), np.ones(1)))
    chance, without, behind, own = found.chance, found.none, found.some, found.own
    assert 0.0 < chance[0] < 1.0
    assert without[0][0] < behind[0][0]
    assert (np.array([without[1][0], behind[1][0], own[1][0]]) > 0).all()


def test_a_prompt_is_met_as_often_as_prompts_take_time_whether_or_not_others_decode(catalogs: Catalogs) -> None:
    """At little load and one token a step with prompts is met by about rho of the requests, not by rho squared."""
    c = curves(one_gpu(catalogs, "vllm"), Demand.simple(1000.0, 1.0), SHIPPED)
    s = state_of(c, np.array([3.0]), np.array([64.0]), np.ones(1))
    assert s.rho[0] < 0.2
    assert first_token(c, s).chance[0] == pytest.approx(s.rho[0], rel=0.5)
    assert first_token(c, s).chance[0] > s.rho[0]


def test_prompts_of_many_steps_wait_as_in_a_queue_with_one_server(catalogs: Catalogs) -> None:
    """Fixed lengths, half of the time taken: a mean wait of rho / (2 (1 - rho)) of one's own time."""
    c = curves(one_gpu(catalogs, "vllm"), Demand.simple(60_000.0, 1.0, cv_isl=0.0, cv_osl=0.0), SHIPPED)
    assert c.overhead[0] > 5.0
    each = c.prompt_s[0, 0] + (1.0 + c.overhead[0]) * c.step_s[0, 0]
    s = state_of(c, np.array([0.5 / each]), np.array([64.0]), np.ones(1))
    found = first_token(c, s)
    wait = (1.0 - found.chance[0]) * found.none[0][0] + found.chance[0] * found.some[0][0] - each
    assert wait == pytest.approx(0.5 * each, rel=0.15)
