from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from planner.catalogs import Catalogs
from planner.load.curves import curves
from planner.load.demand import Demand
from planner.load.latency import BLOCK, latency, latency_of
from planner.physics.coefficients import Coefficients
from planner.request.reading import parse_request
from tests.consistency.drawn import at_random
from tests.planner.conftest import SEVENTY, designs, one_gpu, only

SHIPPED = Coefficients.shipped()


@at_random(13, 40)
@given(rate=st.floats(0.01, 5.0), factor=st.floats(1.0, 3.0), isl=st.floats(1, 20_000), osl=st.floats(1, 4_000))
def test_latency_never_falls_when_load_rises(
    catalogs: Catalogs, rate: float, factor: float, isl: float, osl: float
) -> None:
    d = designs(catalogs, SEVENTY, "H200", "fp8")
    c = curves(d, Demand.simple(isl, osl), SHIPPED)
    slots = np.full(len(d), 200.0)
    low = latency(c, np.full(len(d), rate), slots)
    high = latency(c, np.full(len(d), rate * factor), slots)
    for metric in ("ttft", "tpot", "e2e"):
        before, after = low.value(metric, "mean"), high.value(metric, "mean")
        # One token has no time per token.
        assert ((after >= before * (1 - 1e-4)) | (np.isnan(before) & (metric == "tpot") & (osl == 1.0))).all()


def test_saturation_is_infinite_not_large(catalogs: Catalogs) -> None:
    d = only(designs(catalogs, SEVENTY, "H100", "fp8"), 4)
    c = curves(d, Demand.simple(1000.0, 200.0), SHIPPED)
    figures = latency(c, np.array([1e4]), np.array([256.0]))
    assert np.isinf(figures.value("ttft", "p50")).all()
    assert (figures.utilization > 1).all()


def test_more_load_takes_longer_where_nothing_is_saturated(catalogs: Catalogs) -> None:
    d = designs(catalogs, SEVENTY, "H200", "fp8")
    c, slots = curves(d, Demand.simple(1000.0, 200.0), SHIPPED), np.full(len(d), 200.0)
    low, high = (latency(c, np.full(len(d), rate), slots) for rate in (0.1, 0.4))
    for metric in ("ttft", "tpot", "e2e"):
        before, after = low.value(metric, "mean"), high.value(metric, "mean")
        assert np.isfinite(after).all()
        assert (after > before).all()


def test_more_levels_than_a_block_holds_are_taken_one_design_at_a_time(catalogs: Catalogs) -> None:
    d = designs(catalogs, SEVENTY, "H200", "fp8").take(np.arange(2))
    many = replace(Demand.simple(100, 10), levels=((1.0, 1.0 / (2 * BLOCK)),) * (2 * BLOCK))
    one, rows, rate, slots = Demand.simple(100, 10), np.arange(2), np.full(2, 0.1), np.full(2, 50.0)
    figures = [latency_of(curves(d, demand, SHIPPED), rows, rate, slots) for demand in (many, one)]
    assert figures[0].value("ttft", "mean") == pytest.approx(figures[1].value("ttft", "mean"))


def test_caution_about_first_tokens_leaves_the_tokens_after_them_as_they_are(catalogs: Catalogs) -> None:
    d = designs(catalogs, SEVENTY, "H200", "fp8")
    demand, slots, rate = Demand.simple(1000.0, 200.0), np.full(len(d), 200.0), np.full(len(d), 0.2)
    plain, late = (latency(curves(d, demand, SHIPPED, first=first), rate, slots) for first in (1.0, 1.5))
    for percentile in ("mean", "p95"):
        assert late.value("ttft", percentile) == pytest.approx(1.5 * plain.value("ttft", percentile))
        assert late.value("tpot", percentile) == pytest.approx(plain.value("tpot", percentile))
    more = 0.5 * plain.value("ttft", "mean")
    assert late.value("e2e", "mean") == pytest.approx(plain.value("e2e", "mean") + more)
    assert curves(d, demand, SHIPPED, first=1.5).central.first == pytest.approx(1.0)


@pytest.mark.parametrize("engine", ["sglang", "tensorrt-llm", "llama.cpp"])
def test_answers_of_one_token_have_figures_under_every_engine(catalogs: Catalogs, engine: str) -> None:
    d = one_gpu(catalogs, engine, fmt="q8_0" if engine == "llama.cpp" else "bf16")
    figures = latency(curves(d, Demand.simple(1000.0, 1.0), SHIPPED), np.full(len(d), 0.2), np.full(len(d), 64.0))
    for metric in ("ttft", "e2e"):
        assert np.isfinite(figures.value(metric, "p95")).all()


@pytest.mark.parametrize("osl", [2, 3, 17, 400])
@pytest.mark.parametrize("rate", [0.2, 1.0, 2.0])
def test_a_mean_answer_is_its_first_token_and_its_gaps(catalogs: Catalogs, osl: int, rate: float) -> None:
    """Once up to 20 % more for two tokens: the busy period of many gaps was counted for one."""
    d = designs(catalogs, SEVENTY, "H200", "fp8")
    found = latency(curves(d, Demand.simple(1000, osl), SHIPPED), np.full(len(d), rate), np.full(len(d), 1e4))
    parts = found.value("ttft", "mean") + (osl - 1) * found.value("tpot", "mean")
    sustained = found.utilization < 0.9
    assert sustained.any()
    assert found.value("e2e", "mean")[sustained] == pytest.approx(parts[sustained], rel=0.03)


def test_no_answer_is_there_before_its_first_token(catalogs: Catalogs) -> None:
    """Inputs ten times as spread as they are long gave an answer after minus seven seconds."""
    asked = {
        "model": "meta-llama/Llama-3.1-8B-Instruct", "traffic": {"rate_per_s": 1.0},
        "input_tokens": {"mean": 1024.0, "cv": 10.0}, "output_tokens": {"mean": 256.0, "cv": 10.0},
    }  # fmt: skip
    d = designs(catalogs, "meta-llama/Llama-3.1-8B", "H100 SXM", "fp8")
    found = latency(curves(d, Demand.of(parse_request(asked)), SHIPPED), np.full(len(d), 1.0), np.full(len(d), 64.0))
    for percentile in ("p50", "p90", "p95", "p99"):
        first, whole = found.value("ttft", percentile), found.value("e2e", percentile)
        assert (first > 0.0).all()
        assert (whole >= first).all()
        assert (found.missed("e2e", percentile, 1e-3) > 1.0).all()
        assert not found.within("e2e", percentile, 1e-3).any()
