from __future__ import annotations

import numpy as np
import pytest

from planner.traffic.chain import stationary


def test_a_chain_keeps_its_spread_and_resembles_its_last_value() -> None:
    noise = np.random.default_rng(0).standard_normal(200_000)
    x = stationary(noise, 0.8)
    assert x[0] == noise[0]
    assert x.std() == pytest.approx(1.0, rel=0.02)
    assert np.corrcoef(x[1:], x[:-1])[0, 1] == pytest.approx(0.8, abs=0.01)
    assert stationary(noise[:5], 0.0) == pytest.approx(noise[:5])
