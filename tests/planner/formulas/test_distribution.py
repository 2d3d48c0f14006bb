"""The closed form against the simulation on a few cells, its limits, and plans that were checked."""

from __future__ import annotations

import numpy as np
import pytest

from planner.formulas.distribution import Mixture, at_most, over_levels


def test_a_mixture_lies_between_its_parts() -> None:
    mix = Mixture(np.array([[0.5, 0.5]]), np.array([[1.0, 3.0]]), np.array([[0.01, 0.04]]), np.zeros((1, 2)))
    assert 1.0 < mix.quantile(0.5)[0] < 3.0
    assert mix.cdf(np.array([2.0]))[0] == pytest.approx(0.5, abs=1e-3)
    endless = Mixture(np.array([[0.9, 0.1]]), np.array([[1.0, np.inf]]), np.array([[0.01, np.inf]]), np.zeros((1, 2)))
    assert np.isfinite(endless.quantile(0.85)[0])
    assert np.isinf(endless.quantile(0.95)[0])


def test_quantiles_at_once_are_each_alone() -> None:
    mean, variance, third = np.array([[1.0, 3.0], [2.0, np.inf], [0.5, 4.0]]), np.full((3, 2), 0.04), np.zeros((3, 2))
    mix = Mixture(np.array([[0.5, 0.5], [0.97, 0.03], [0.2, 0.8]]), mean, variance, third, most=np.full(3, 4.1))
    levels = (0.05, 0.5, 0.95, 0.99)
    assert mix.quantiles(levels).tolist() == [mix.quantile(q).tolist() for q in levels]


def test_an_even_wait_before_a_latency() -> None:
    rng = np.random.default_rng(3)
    sample = 2.0 + 0.3 * rng.standard_normal(400_000) + 5.0 * rng.random(400_000)
    mix = Mixture(np.ones((1, 1)), *(np.full((1, 1), v) for v in (2.0, 0.09, 0.0))).delayed(np.array([5.0]))
    assert mix.average[0] == pytest.approx(4.5)
    for q in (0.05, 0.5, 0.95, 0.99):
        assert mix.quantile(q)[0] == pytest.approx(np.quantile(sample, q), rel=0.03)


def test_levels_are_one_mixture() -> None:
    """Each level with its share; no rows at all are no mixtures, not an error."""
    rng = np.random.default_rng(1)
    share = np.array([[0.3], [0.7]])
    each = Mixture(np.ones((2, 3, 1)), *(rng.uniform(0.1, 1.0, (2, 3, 1)) for _ in range(3)))
    whole = over_levels(share, each)
    assert whole.weight.shape == (3, 2)
    assert whole.average == pytest.approx((share * each.mean[..., 0]).sum(axis=0))
    empty = over_levels(share, Mixture(*(np.ones((2, 0, 4)) for _ in range(4))))
    assert empty.mean.shape == (0, 8)


def test_what_is_beyond_a_bound_is_taken_as_it() -> None:
    sample = 2.0 + np.exp(np.random.default_rng(5).standard_normal(400_000) * 0.8)
    centred = sample - sample.mean()
    moments = sample.mean(), sample.var(), (centred**3).mean()
    for bound in (2.5, 4.0, 8.0):
        cut = np.minimum(sample, bound)
        mean, variance, third = at_most(*moments, bound)
        assert float(mean) == pytest.approx(cut.mean(), rel=0.01)
        assert float(variance) == pytest.approx(cut.var(), rel=0.05)
        assert float(third) == pytest.approx(((cut - cut.mean()) ** 3).mean(), abs=0.05 * cut.std() ** 3)


def test_nothing_lies_above_the_most_of_a_mixture() -> None:
    mix = Mixture(*(np.full((1, 1), v) for v in (1.0, 2.0, 0.5, 1.0)), most=np.array([2.2]))
    assert mix.quantile(0.99)[0] == 2.2
    assert mix.cdf(np.array([2.2]))[0] == 1.0
    assert mix.cdf(np.array([2.19]))[0] < 0.9
