"""The closed form of a replica that is stopped when idle, against a simulation of its arrivals."""

from __future__ import annotations

import numpy as np
import pytest

from planner.formulas.cold_start import delayed_share, mean_wait_s, on_share, starts_per_s


def simulated(
    rate: float, start_s: float, answer_s: float, timeout_s: float, count: int, late_s: float, *, spread: bool = False
) -> tuple[float, float, float, float]:
    """Share of time on, starts a second, share of requests that wait for longer than `late_s`, mean wait."""
    rng = np.random.default_rng(7)
    arrivals = np.cumsum(rng.exponential(1.0 / rate, count))
    answers = rng.exponential(answer_s, count) if spread else np.full(count, answer_s)
    on, starts, waits = 0.0, 0, np.zeros(count)
    began = ready = last = -np.inf
    for i, at in enumerate(arrivals):
        if at > last + timeout_s:
            on += last + timeout_s - began if starts else 0.0
            began, ready, last, starts = at, at + start_s, at + start_s, starts + 1
        waits[i] = max(0.0, ready - at)
        last = max(last, at + waits[i] + answers[i])
    on += min(last + timeout_s, arrivals[-1]) - began
    span = arrivals[-1]
    return on / span, starts / span, float((waits > late_s).mean()), float(waits.mean())


@pytest.mark.parametrize("spread", [False, True])
@pytest.mark.parametrize(
    ("rate", "start_s", "timeout_s"),
    [(1 / 3600, 150, 300), (1 / 600, 150, 300), (1 / 200, 400, 60), (1 / 120, 60, 300)],
)
def test_the_closed_form_is_that_of_a_simulation(rate: float, start_s: float, timeout_s: float, spread: bool) -> None:
    answer_s, late_s, hold = 8.0, 40.0, 8.0 + timeout_s
    on, starts, late, wait = simulated(rate, start_s, answer_s, timeout_s, 60_000, late_s, spread=spread)
    assert on_share(rate, start_s, hold) == pytest.approx(on, rel=0.025)
    assert starts_per_s(rate, start_s, hold) == pytest.approx(starts, rel=0.04)
    assert delayed_share(rate, start_s, hold, late_s) == pytest.approx(late, rel=0.04)
    assert mean_wait_s(rate, start_s, hold) == pytest.approx(wait, rel=0.04)


def test_limits() -> None:
    """Nobody: always off, and every request waits. Many: always on, and nobody waits."""
    assert on_share(1e-12, 100.0, 300.0) == pytest.approx(0.0, abs=1e-9)
    assert delayed_share(1e-12, 100.0, 300.0) == pytest.approx(1.0)
    assert on_share(10.0, 100.0, 300.0) == pytest.approx(1.0)
    assert delayed_share(10.0, 100.0, 300.0) == pytest.approx(0.0, abs=1e-9)
    assert np.isfinite(on_share(1e6, 100.0, 1e6))


def test_arrays_are_as_their_elements_and_more_traffic_is_never_less_on() -> None:
    rates = np.geomspace(1e-6, 1.0, 40)
    shares = on_share(rates, 100.0, 300.0)
    assert shares[7] == on_share(rates[7], 100.0, 300.0)
    assert (np.diff(shares) >= 0.0).all()
    assert (np.diff(delayed_share(rates, 100.0, 300.0)) <= 1e-12).all()
