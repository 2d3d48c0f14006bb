"""The normal distribution against scipy's, to the errors that it states."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import special

from planner.formulas.normal import FEW, MOST, _nodes, ndtr, ndtr_and_density, ndtri


def test_probabilities_are_scipys() -> None:
    x = np.concatenate([np.linspace(-MOST, MOST, 100_001), np.random.default_rng(0).standard_normal(100_000)])
    np.testing.assert_allclose(ndtr(x), special.ndtr(x), rtol=1e-9, atol=0.0)
    assert np.abs(ndtr(x) - special.ndtr(x)).max() < 1e-14


def test_probabilities_keep_the_shape_and_the_ends() -> None:
    ends = ndtr(np.array([[-np.inf, -40.0, np.nan], [0.0, 40.0, np.inf]]))
    assert ends == pytest.approx(np.array([[0.0, 0.0, np.nan], [0.5, 1.0, 1.0]]), abs=1e-18, nan_ok=True)
    assert ndtr(np.zeros((0, 3))).shape == (0, 3)
    assert float(ndtr(0.0)) == 0.5


def test_quantiles_are_scipys() -> None:
    small = 10.0 ** np.linspace(-12.0, -0.31, 5000)
    q = np.stack([small, 1.0 - small])
    assert ndtri(q) == pytest.approx(special.ndtri(q), rel=1e-14, abs=1e-15)
    assert float(ndtri(0.5)) == 0.0
    assert ndtri(np.zeros((0, 3))).shape == (0, 3)


def test_densities_are_of_the_curve_and_none_beyond_its_ends() -> None:
    x = np.random.default_rng(2).uniform(-5.0, 5.0, 50_000)
    value, density = ndtr_and_density(x)
    assert (value == ndtr(x)).all()
    np.testing.assert_allclose(density, np.exp(-0.5 * x**2) / np.sqrt(2.0 * np.pi), rtol=1e-6, atol=0.0)
    assert ndtr_and_density(np.array([-40.0, 40.0]))[1].tolist() == [0.0, 0.0]


def test_a_few_values_have_the_same_bits_without_all_nodes() -> None:
    x = np.concatenate([np.random.default_rng(3).normal(scale=3.0, size=200), [np.nan, np.inf, -np.inf, 0.0, MOST]])
    _nodes.cache_clear()
    alone = np.array([ndtr(np.array(value)) for value in x])
    blocks = np.concatenate([ndtr(x[i : i + FEW]) for i in range(0, len(x), FEW)])
    assert not _nodes.cache_info().currsize
    together = ndtr(x)
    assert _nodes.cache_info().currsize
    assert alone.tobytes() == blocks.tobytes() == together.tobytes() == ndtr(x.reshape(5, -1)).tobytes()
