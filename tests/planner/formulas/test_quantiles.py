from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from planner.formulas.distribution import Mixture
from planner.formulas.quantiles import Lognormals
from tests.consistency.drawn import at_random


@at_random(33, 100)
@given(data=st.data())
def test_quantiles_of_any_mixture_are_where_its_cdf_says(data: st.DataObject) -> None:
    """Parts far apart, without spread, or hardly there."""
    parts = data.draw(st.integers(2, 4))
    part = st.tuples(
        st.floats(1e-12, 1.0), st.floats(1e-3, 1e3), st.sampled_from([0.0, 1e-9, 1e-4, 0.1, 1.0]), st.floats(0.0, 8.0)
    )
    rows = np.array(data.draw(st.lists(part, min_size=parts, max_size=parts)))
    weight, mean, sd = rows[:, 0] / rows[:, 0].sum(), rows[:, 1], rows[:, 1] * rows[:, 2]
    mix = Mixture(*(v[None, :] for v in (weight, mean, sd**2, rows[:, 3] * sd**3)))
    for q in (0.05, 0.5, 0.95, 0.99):
        found = mix.quantile(q)
        assert mix.cdf(found * (1.0 - 2e-6))[0] - 1e-6 <= q <= mix.cdf(found * (1.0 + 2e-6))[0] + 1e-6


def test_the_edge_of_a_part_is_passed() -> None:
    """A part of 2 % that begins steeply where the other one has its middle: Newton's steps climb it one by one."""
    mean, sd, skew = np.array([1.0003124, 1.0001754]), np.array([1.0e-4, 1.0e-2]), np.array([7.6, 0.07])
    mix = Mixture(*(v[None, :] for v in (np.array([0.0237, 0.9763]), mean, sd**2, skew * sd**3)))
    for q in np.linspace(0.49, 0.51, 41):
        found = mix.quantile(q)
        assert mix.cdf(found * (1.0 - 2e-6))[0] - 1e-6 <= q <= mix.cdf(found * (1.0 + 2e-6))[0] + 1e-6


def test_what_has_no_mean_is_beyond_all() -> None:
    parts = Lognormals.of(*(np.array([row]) for row in ([0.9, 0.1], [1.0, np.inf], [0.01, np.inf], [0.0, np.inf])))
    assert parts.share.tolist() == [0.9]
    assert np.isfinite(parts.quantile(np.array([0.89])))
    assert np.isinf(parts.quantile(np.array([0.91])))
