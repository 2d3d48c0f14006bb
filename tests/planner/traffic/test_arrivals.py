"""Arrivals and lengths have the moments they are asked for; presets fill in what a request leaves out."""

from __future__ import annotations

import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import planner.traffic.arrivals
from planner.calibration.presets import dispersion
from planner.errors import TrafficError
from planner.request.presets import with_preset
from planner.request.request import Traffic
from planner.traffic.arrivals import MOST_DRAWS, _gaps, arrivals, lasting_levels
from tests.consistency.drawn import TORTURE, at_random


@pytest.mark.parametrize("cv", [0.0, 0.5, 1.0, 2.0])
def test_gaps_have_the_rate_and_the_spread(cv: float) -> None:
    times = arrivals(Traffic(rate_per_s=20.0, cv=cv), 5000.0, np.random.default_rng(1))
    gaps = np.diff(times)
    assert len(times) / 5000.0 == pytest.approx(20.0, rel=0.05)
    assert gaps.std() / gaps.mean() == pytest.approx(cv, abs=0.06)


def test_levels_and_profile_keep_the_mean_rate() -> None:
    busy = Traffic(rate_per_s=5.0, levels=((0.2, 0.5), (1.0, 0.3), (4.0, 0.2)), window_s=5.0, persistence=0.6)
    times = arrivals(busy, 40_000.0, np.random.default_rng(2))
    assert len(times) / 40_000.0 == pytest.approx(5.0, rel=0.06)
    assert dispersion(times)[2] > 5.0
    day = Traffic(rate_per_s=1.0, profile=(0.0,) * 12 + (2.0,) * 12)
    times = arrivals(day, 86_400.0, np.random.default_rng(3))
    assert (times > 43_200.0).mean() > 0.999
    assert len(times) == pytest.approx(86_400, rel=0.03)


def test_the_same_seed_gives_the_same_requests() -> None:
    traffic = Traffic(rate_per_s=3.0, cv=1.5)
    one, two = (arrivals(traffic, 100.0, np.random.default_rng(7)) for _ in range(2))
    np.testing.assert_array_equal(one, two)


def test_short_windows_are_averaged_before_they_count_as_lasting() -> None:
    short = Traffic(rate_per_s=1.0, levels=((0.1, 0.9), (9.1, 0.1)), window_s=0.5)
    long = Traffic(rate_per_s=1.0, levels=((0.1, 0.9), (9.1, 0.1)), window_s=60.0)
    assert max(f for f, _ in lasting_levels(short)) < max(f for f, _ in lasting_levels(long))


@at_random(10, 30)
@given(window_s=st.floats(1e-9, 1e-3))
def test_windows_that_ask_for_too_many_draws_are_refused_before_they_are_drawn(window_s: float) -> None:
    busy = Traffic(rate_per_s=5.0, levels=((0.2, 0.5), (2.0, 0.5)), window_s=window_s)
    for draw in (lambda: lasting_levels(busy), lambda: arrivals(busy, 100_000.0, np.random.default_rng(0))):
        with pytest.raises(TrafficError, match=r"traffic\.window_s: .* \(at least .* s\)"):
            draw()
    with pytest.raises(TrafficError, match=r"traffic\.rate_per_s: .* \(at most .*\)"):
        arrivals(Traffic(rate_per_s=1e6), 3600.0, np.random.default_rng(0))


@pytest.mark.parametrize("most", [700_001, MOST_DRAWS] if TORTURE else [700_001])
def test_the_nearest_window_and_rate_that_are_named_are_valid(most: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(planner.traffic.arrivals, "MOST_DRAWS", most)
    lasting_levels.cache_clear()
    preset = with_preset({"traffic": {"preset": "azure-code", "rate_per_s": 1e6}})["traffic"]
    with pytest.raises(TrafficError) as refused:
        lasting_levels(Traffic(**preset))
    found = re.search(r"at least (.*) s; where the preset sets it, --rate at most (.*)\)", str(refused.value))
    assert found is not None
    assert lasting_levels(Traffic(**preset | {"window_s": float(found[1])}))
    at_most = {"preset": "azure-code", "rate_per_s": float(found[2])}
    assert lasting_levels(Traffic(**with_preset({"traffic": at_most})["traffic"]))


@pytest.mark.parametrize("cv", [1e-308, 1e-160, 1e-12, 1e-6])
def test_gaps_of_hardly_any_spread_are_even(cv: float) -> None:
    times = _gaps(2.0, cv, 100.0, np.random.default_rng(0))
    assert len(times) == pytest.approx(200, abs=1)
    assert np.diff(times) == pytest.approx(0.5, rel=1e-4)
