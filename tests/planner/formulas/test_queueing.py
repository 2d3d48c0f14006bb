from __future__ import annotations

import numpy as np
import pytest
from scipy.special import gammainc

from planner.formulas.queueing import Renewal, many_server_wait, step_moments


def test_bursts_bring_company_and_even_gaps_keep_it_away() -> None:
    assert Renewal.of(1.0, 1.0).excess(1.0) == pytest.approx(0.0, abs=1e-6)
    assert Renewal.of(1.0, 3.0).excess(1e5) == pytest.approx(4.0, rel=1e-6)
    assert Renewal.of(1.0, 0.2).excess(0.01) == pytest.approx(-0.01, rel=0.05)
    gaps = np.random.default_rng(1).gamma(0.25, 4.0, 400_000)
    times = np.cumsum(gaps)
    near = np.searchsorted(times, times + 0.5) - np.arange(len(times)) - 1
    assert Renewal.of(1.0, 2.0).excess(0.5) == pytest.approx(near[: len(near) // 2].mean() - 0.5, rel=0.05)


@pytest.mark.parametrize(("cv", "expected"), [(1.3, 0.1), (2.0, 1.0), (2.0, 0.01), (5.5, 10.0)])
def test_bursts_between_the_nodes_of_the_table_are_the_renewal_sum(cv: float, expected: float) -> None:
    counts = np.arange(1.0, 3000.0)
    exact = gammainc(counts / cv**2, expected / cv**2).sum() - expected
    assert float(Renewal.of(1.0, cv).excess(expected)) == pytest.approx(exact, rel=0.01)


def test_queues_at_their_limits() -> None:
    mean, variance, third = step_moments(0.01, rate_per_s=2.0, work_s=0.2, work2=0.05, work3=0.02)
    assert mean == pytest.approx(0.01 / 0.6)
    assert variance > 0
    assert third > 0
    busy, spread, slots = np.array([5.0]), np.array([5**0.5]), np.array([10.0])
    rates = {"utilization": np.array([0.5]), "drain_per_s": np.array([10.0]), "cv2": np.array([1.0])}
    chance, wait = many_server_wait(busy, spread, slots, **rates)
    assert float(chance[0]) == pytest.approx(0.036, abs=0.01)  # Erlang C of 10 servers with 5 busy
    assert float(wait[0]) == pytest.approx(0.2)
