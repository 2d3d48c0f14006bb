from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from planner.request.lengths import Length
from planner.traffic.lengths import drifting, empirical, gamma, lognormal, sample, shape_of


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


@pytest.mark.parametrize("cv", [0.5, 1.0, 1.3])
def test_gamma_lengths_have_their_moments_and_more_short_ones(cv: float) -> None:
    shape = gamma(300.0, cv)
    assert shape.mean == pytest.approx(300.0, rel=0.01)
    assert shape.cv == pytest.approx(cv, rel=0.02)
    assert np.mean(shape.nodes < 30) > np.mean(lognormal(300.0, cv).nodes < 30)


def test_gamma_lengths_of_cv_one_are_exponential() -> None:
    at = gamma(200.0, 1.0).at(np.array([-1.645, 0.0, 1.645]))
    assert at == pytest.approx(-200.0 * np.log([0.95, 0.5, 0.05]), rel=0.01)


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
