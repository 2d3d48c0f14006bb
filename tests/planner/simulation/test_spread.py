from __future__ import annotations

import numpy as np
import pytest

from planner.simulation.jobs import floats
from planner.simulation.spread import SHARES, spread
from tests.planner.simulation.conftest import jobs


def test_quantiles_are_of_what_was_served_after_the_warm_up() -> None:
    run = jobs(101, gap=1.0, osl=11)
    run.first_s = floats([at + 1.0 + n / 100.0 for n, at in enumerate(run.arrival_s)])
    run.finish_s = floats([first + 2.0 for first in run.first_s])
    run.finish_s[-1] = float("nan")
    found = spread(run)
    ttft = np.array([1.0 + n / 100.0 for n in range(5, 100)])
    assert found.quantiles_s["ttft"] == pytest.approx(np.quantile(ttft, SHARES))
    assert set(np.round(found.quantiles_s["tpot"], 9)) == {0.2}
    assert (SHARES[0], SHARES[-1]) == (0.0, pytest.approx(1.0))
    assert list(SHARES) == sorted(set(SHARES))


def test_requests_wait_and_then_run_and_those_refused_do_neither() -> None:
    run = jobs(3, gap=10.0, osl=11)
    run.first_s, run.finish_s = floats([5.0, 12.0, float("nan")]), floats([20.0, 30.0, float("nan")])
    run.refused[2] = 1
    found = spread(run)

    def at(second: float) -> tuple[int, int]:
        n = int(np.argmin(np.abs(np.array(found.at_s) - second)))
        return found.waiting[n], found.running[n]

    assert [at(2.0), at(7.0), at(11.0), at(15.0), at(25.0)] == [(1, 0), (0, 1), (1, 1), (0, 2), (0, 1)]
    assert found.at_s[-1] == 30.0
    assert (found.waiting[-1], found.running[-1]) == (0, 0)


def test_a_run_without_requests_is_spread_over_nothing() -> None:
    found = spread(jobs(0))
    assert set(found.quantiles_s.values()) == {()}
    assert set(found.waiting) == {0}
