from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from planner.formulas.lognormal import shifted_lognormal_cdf, shifted_lognormal_quantile
from tests.consistency.drawn import at_random


@at_random(33, 100)
@given(mean=st.floats(0.01, 100), cv=st.floats(0.01, 2), skew=st.floats(0.0, 8), q=st.floats(0.01, 0.99))
def test_quantile_and_cdf_are_inverse(mean: float, cv: float, skew: float, q: float) -> None:
    variance = (mean * cv) ** 2
    third = skew * variance**1.5
    value = shifted_lognormal_quantile(q, mean, variance, third)
    assert float(shifted_lognormal_cdf(value, mean, variance, third)) == pytest.approx(q, abs=1e-5)


@pytest.mark.parametrize("sd", [1e-15, 1e-9, 1e-3])
def test_half_of_a_narrow_even_spread_lies_below_its_mean(sd: float) -> None:
    assert float(shifted_lognormal_cdf(3.0, 3.0, sd**2, 0.0)) == pytest.approx(0.5, abs=1e-3)
    assert float(shifted_lognormal_cdf(3.0 + 1e-12 + 5 * sd, 3.0, sd**2, 0.0)) == pytest.approx(1.0, abs=1e-3)


def test_a_lognormal_is_met_exactly() -> None:
    sample = np.exp(np.random.default_rng(0).standard_normal(400_000) * 0.7)
    cv2 = np.expm1(0.49)
    mean, variance = np.exp(0.245), np.exp(0.49) * cv2
    third = (cv2**1.5 + 3 * cv2**0.5) * variance**1.5
    for q in (0.5, 0.95, 0.99):
        assert float(shifted_lognormal_quantile(q, mean, variance, third)) == pytest.approx(
            np.quantile(sample, q), rel=0.02
        )
