"""Time per token where few requests meet a prompt."""

from __future__ import annotations

import numpy as np
import pytest

from planner.catalogs import Catalogs
from planner.load.curves import curves
from planner.load.demand import Demand
from planner.load.latency import latency
from planner.physics.coefficients import Coefficients
from tests.planner.conftest import one_gpu

# Mean and CV of input and output tokens.
LENGTHS = [(8000, 0.8, 30, 0.6), (1425, 0.0, 4.68, 1.2), (1155, 0.9, 211, 0.8), (60_000, 0.5, 500, 0.5)]


@pytest.mark.parametrize("cv", [0.5, 1.0, 2.0])
@pytest.mark.parametrize(("isl", "cv_isl", "osl", "cv_osl"), LENGTHS)
def test_no_percentile_is_below_the_plain_step_and_none_falls_with_the_rate(
    catalogs: Catalogs, isl: float, cv_isl: float, osl: float, cv_osl: float, cv: float
) -> None:
    c = curves(one_gpu(catalogs, "vllm"), Demand.simple(isl, osl, cv_isl, cv_osl, cv), Coefficients.shipped())
    rates = np.geomspace(1e-5, 0.9, 60) * float(c.rate_per_s[0, 4])
    figures = latency(c.take(np.zeros(60, dtype=int)), rates, np.full(60, 64.0))
    plain = c.step_s[0, 0]
    if cv <= 1.0:
        assert figures.value("tpot", "p95")[0] == pytest.approx(plain, rel=0.01)
    for percentile in ("mean", "p50", "p90", "p95", "p99"):
        values = figures.value("tpot", percentile)
        assert (values >= 0.999 * plain).all()
        assert (values[1:] >= 0.99 * np.maximum.accumulate(values)[:-1]).all()
