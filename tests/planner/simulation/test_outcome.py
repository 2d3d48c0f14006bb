from __future__ import annotations

import pytest

from planner.simulation.clock import Clock
from planner.simulation.replicas import Setup, simulate
from tests.planner.simulation.conftest import jobs


def test_token_gaps_are_counted_once_each(clock: Clock) -> None:
    outcome = simulate(clock, jobs(100, gap=0.05, osl=40), Setup(1))
    assert outcome.itl_tokens.sum() == 100 * 39
    assert outcome.mean("itl") == pytest.approx(outcome.mean("tpot"), rel=0.05)
