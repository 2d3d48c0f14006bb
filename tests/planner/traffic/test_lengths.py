from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from planner.formulas.normal import ndtri
from planner.request.lengths import Length
from planner.traffic.lengths import cut, drifting, empirical, gamma, lognormal, sample, shape_of
from tests.consistency.drawn import TORTURE


@settings(max_examples=30 if TORTURE else 12, deadline=None)
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


@settings(max_examples=15 if TORTURE else 6, deadline=None)
@given(cv=st.floats(0.3, 10.0), most=st.floats(0.5, 200.0))
def test_a_cut_lognormal_has_the_moments_of_its_cut_lengths(cv: float, most: float) -> None:
    """Against sums over its quantiles, the cut tail among them."""
    found = cut(lognormal(1000.0, cv), 1000.0 * most, 6.0)
    share = (np.arange(50_000) + 0.5) / 50_000
    lengths = np.minimum(lognormal(1000.0, cv).at(ndtri(share)), 1000.0 * most)
    assert np.allclose(found.at(ndtri(share)), lengths, rtol=1e-6, atol=1e-12)
    assert found.mean == pytest.approx(lengths.mean(), rel=0.01)
    assert found.cv == pytest.approx(lengths.std() / lengths.mean(), rel=0.05, abs=0.01)
    powers = np.array([0.0, 0.5, 1.0, 2.0])
    raw = [((lengths / lengths.mean()) ** p).mean() for p in powers]
    assert found.raw(powers) == pytest.approx(raw, rel=0.1)


def test_a_length_that_is_cut_twice_is_cut_to_the_less() -> None:
    once = cut(lognormal(1000.0, 2.0), 3000.0, 3.0)
    assert cut(once, 2000.0, 3.0) == cut(lognormal(1000.0, 2.0), 2000.0, 3.0)
    assert cut(once, 9000.0, 3.0).mean == pytest.approx(once.mean)
    assert cut(lognormal(1000.0, 0.0), 400.0, 3.0) == lognormal(400.0, 0.0)


def test_a_cut_beyond_all_lengths_leaves_them() -> None:
    shape = lognormal(1000.0, 0.5)
    assert cut(shape, 1e6, 6.0) is shape
