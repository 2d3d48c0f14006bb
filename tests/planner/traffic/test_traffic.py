"""Arrivals and lengths have the moments they are asked for; presets fill in what a request leaves out."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from planner.calibration.presets import best_traffic, dispersion
from planner.errors import InputError
from planner.load.demand import Demand
from planner.request.presets import presets
from planner.request.reading import parse_request
from planner.request.request import Length, Traffic
from planner.traffic.arrivals import arrivals, lasting_levels
from planner.traffic.lengths import drifting, empirical, lognormal, sample, shape_of
from planner.traffic.traces import read_trace

BASE = {"model": "Qwen/Qwen3-32B", "traffic": {"preset": "azure-conversation"}}


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


@settings(max_examples=30, deadline=None)
@given(mean=st.floats(20, 20_000), cv=st.floats(0, 1.5), correlation=st.floats(-0.9, 0.9))
def test_lengths_have_their_moments_and_correlation(mean: float, cv: float, correlation: float) -> None:
    shape = lognormal(mean, cv)
    isl, osl = sample(shape, shape, correlation, 40_000, np.random.default_rng(0))
    assert isl.mean() == pytest.approx(mean, rel=0.08)
    assert (isl >= 1).all()
    if cv > 0.2:
        ranks = [np.argsort(np.argsort(v)) for v in (isl, osl)]
        assert np.corrcoef(*ranks)[0, 1] == pytest.approx(correlation, abs=0.05)


def test_drifting_lengths_keep_their_distribution() -> None:
    rng = np.random.default_rng(4)
    times = np.sort(rng.random(60_000) * 60_000.0)
    slow = drifting(times, (0.3, 0.0), 300.0, rng)
    isl, _ = sample(lognormal(1000, 0.8), lognormal(100, 0.5), 0.0, len(times), rng, slow)
    assert isl.mean() == pytest.approx(1000, rel=0.08)
    blocks = isl[:60_000].reshape(-1, 200).mean(axis=1)
    assert blocks.std() > 1.5 * isl.std() / np.sqrt(200)


def test_a_table_of_quantiles_is_what_it_says() -> None:
    shape = empirical((10.0, 20.0, 40.0))
    assert shape.mean == pytest.approx(22.5, rel=0.01)
    stated = Length(quantiles=(10.0, 20.0, 40.0))
    assert shape_of(stated).mean == pytest.approx(stated.average, rel=0.01)
    with pytest.raises(ValueError, match="ascending"):
        Length(quantiles=(3.0, 2.0))
    with pytest.raises(ValueError, match="not both"):
        Length(mean=5.0, quantiles=(1.0, 2.0))


def test_presets_fill_in_and_yield() -> None:
    request = parse_request(BASE)
    assert request.input_tokens.average == pytest.approx(1155, rel=0.02)
    assert request.traffic.rate_per_s == pytest.approx(5.53, rel=0.01)
    faster = parse_request({**BASE, "traffic": {"preset": "azure-conversation", "rate_per_s": 11.06}})
    assert faster.traffic.window_s == pytest.approx(request.traffic.window_s / 2.0)
    own = parse_request({**BASE, "input_tokens": {"mean": 10}})
    assert own.input_tokens.mean == 10
    with pytest.raises(InputError, match="azure-code"):
        parse_request({**BASE, "traffic": {"preset": "azure-cod"}})


def test_every_preset_plans_as_a_demand() -> None:
    for name in presets():
        demand = Demand.of(parse_request({"model": "Qwen/Qwen3-32B", "traffic": {"preset": name}}))
        assert sum(share for _, share in demand.levels) == pytest.approx(1.0)
        assert sum(share / factor for factor, share in demand.levels) == pytest.approx(1.0, rel=0.02)


def test_the_fit_finds_the_dispersion_of_its_trace(shared: Path) -> None:
    trace = read_trace(shared / "traces" / "azure_2023_code.csv")
    fitted = best_traffic(trace)
    drawn = dispersion(arrivals(fitted, 20_000.0, np.random.default_rng(5)))
    assert (np.abs(np.log(drawn / dispersion(trace.arrival_s))) < 0.7).all()


def test_short_windows_are_averaged_before_they_count_as_lasting() -> None:
    short = Traffic(rate_per_s=1.0, levels=((0.1, 0.9), (9.1, 0.1)), window_s=0.5)
    long = Traffic(rate_per_s=1.0, levels=((0.1, 0.9), (9.1, 0.1)), window_s=60.0)
    assert max(f for f, _ in lasting_levels(short)) < max(f for f, _ in lasting_levels(long))
