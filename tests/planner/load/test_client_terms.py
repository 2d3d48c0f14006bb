from __future__ import annotations

import numpy as np
import pytest

from planner.load.benchmark import closed_loop
from planner.load.client_terms import balance_steps
from planner.physics.coefficients import Coefficients
from planner.physics.engines import engines
from tests.planner.load.conftest import client, steady

SHIPPED = Coefficients.shipped()


def test_a_wait_of_steps_lasts_as_long_as_steps_do() -> None:
    """Drafted tokens shorten the time per token, not the steps that a first token waits for."""
    plain = closed_loop(steady(decode_s=0.02), client(steps=3.0), SHIPPED.operators)
    drafted = closed_loop(steady(decode_s=0.01, accepted=2.0), client(steps=3.0), SHIPPED.operators)
    assert drafted.ttft_s[0] == pytest.approx(plain.ttft_s[0])
    assert drafted.tpot_s[0] < plain.tpot_s[0]
    held = closed_loop(
        steady(balance=float(balance_steps([engines()["tensorrt-llm"].balance_steps], np.array([8]))[0])),
        client(),
        SHIPPED.operators,
    )
    assert not balance_steps(
        [engines()[name].balance_steps for name in ("tensorrt-llm", "vllm")], np.array([1, 8])
    ).any()
    assert held.ttft_s[0] - closed_loop(steady(), client(), SHIPPED.operators).ttft_s[0] == pytest.approx(25 * 0.01)
