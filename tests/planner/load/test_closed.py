"""Percentiles in a closed loop: the means are the benchmark model's, the order is that of percentiles."""

from __future__ import annotations

import numpy as np
import pytest

from planner.catalogs import Catalogs
from planner.load.benchmark import Figures, Steady
from planner.load.closed import in_a_loop
from planner.load.curves import curves
from planner.load.demand import Demand
from planner.load.latency import Latency
from planner.load.runs import Runs, features, predicted
from planner.physics.coefficients import Coefficients
from planner.physics.footprint import footprint
from tests.planner.conftest import one_gpu

SHIPPED = Coefficients.shipped()
PERCENTILES = ("p50", "p90", "p95", "p99")


def looped(catalogs: Catalogs, clients: float, cv: float = 0.5) -> tuple[Latency, Steady, Figures]:
    design, demand = one_gpu(catalogs, "vllm"), Demand.simple(1000.0, 200.0, cv_isl=cv, cv_osl=cv)
    pool = footprint(design, SHIPPED, max_sequences=np.array([256.0])).kv_pool[:, 0]
    run = Runs.closed_loop(isl=1000.0, osl=200.0, clients=clients, rounds=1e6, limit=256.0, fixed=cv == 0.0)
    state, found = predicted(features(design, run, pool, SHIPPED), SHIPPED)
    return in_a_loop(curves(design, demand, SHIPPED), state, found, state.slots), state, found


@pytest.mark.parametrize("clients", [1.0, 2.0, 16.0, 100.0, 400.0])
def test_means_are_those_of_the_loop(catalogs: Catalogs, clients: float) -> None:
    out, state, found = looped(catalogs, clients)
    assert out.value("ttft", "mean")[0] == pytest.approx(found.ttft_s[0])
    assert out.value("tpot", "mean")[0] == pytest.approx(found.tpot_s[0])
    assert out.value("e2e", "mean")[0] == pytest.approx(found.ttft_s[0] + 199.0 * found.tpot_s[0])
    assert out.running[0] == state.running[0] == min(clients, float(state.slots[0]))


@pytest.mark.parametrize("clients", [1.0, 16.0, 100.0])
def test_percentiles_are_in_order(catalogs: Catalogs, clients: float) -> None:
    out, _, _ = looped(catalogs, clients)
    for metric in ("ttft", "tpot", "e2e"):
        values = [out.value(metric, p)[0] for p in PERCENTILES]
        assert values[0] > 0.0
        assert values == sorted(values)
        assert np.isfinite(values).all()


@pytest.mark.parametrize("clients", [1.0, 4.0, 16.0, 100.0, 400.0, 2000.0])
def test_no_percentile_of_the_whole_is_below_that_of_its_first_token(catalogs: Catalogs, clients: float) -> None:
    """With 200 clients on 50 slots the 99th first token came after 368 s and the 99th answer after 130 s."""
    for cv in (0.0, 0.5, 1.5):
        out, state, _ = looped(catalogs, clients, cv=cv)
        for p in PERCENTILES:
            assert out.value("e2e", p)[0] >= out.value("ttft", p)[0]
        if clients > 2.0 * state.slots[0]:
            assert out.value("ttft", "p99")[0] < 1.5 * out.value("ttft", "p50")[0]


@pytest.mark.parametrize("clients", [1.0, 16.0, 100.0, 400.0])
def test_a_mean_lies_between_its_percentiles(catalogs: Catalogs, clients: float) -> None:
    for cv in (0.0, 1.0):
        out, _, _ = looped(catalogs, clients, cv=cv)
        for metric in ("ttft", "tpot", "e2e"):
            # One in a million waits a little: the others do not see it.
            assert out.value(metric, "mean")[0] <= out.value(metric, "p99")[0] * (1.0 + 1e-6)


def test_a_client_alone_with_equal_lengths_sees_one_figure(catalogs: Catalogs) -> None:
    """Nobody else's prompt comes between, and all requests are alike: its token times do not spread."""
    out, _, found = looped(catalogs, 1.0, cv=0.0)
    for p in PERCENTILES:
        assert out.value("tpot", p)[0] == pytest.approx(found.tpot_s[0], rel=0.02)


def test_longer_and_shorter_answers_spread_the_whole(catalogs: Catalogs) -> None:
    even, drawn = (looped(catalogs, 8.0, cv=cv)[0] for cv in (0.0, 1.0))
    ratio = [float(o.value("e2e", "p99")[0] / o.value("e2e", "p50")[0]) for o in (even, drawn)]
    assert ratio[0] < 1.5 < ratio[1]


def test_others_spread_the_first_token(catalogs: Catalogs) -> None:
    alone, many = (looped(catalogs, n, cv=0.0)[0] for n in (1.0, 32.0))
    spread = [float(o.value("ttft", "p99")[0] / o.value("ttft", "p50")[0]) for o in (alone, many)]
    assert spread[1] > spread[0] >= 1.0


def test_between_the_tokens_of_a_client_alone_is_nothing_of_its_prompt(catalogs: Catalogs) -> None:
    """A share of a prompt that no first token shows was once taken for prompts of others: 28 % of a time per token."""
    design = one_gpu(catalogs, "vllm")
    pool = footprint(design, SHIPPED, max_sequences=np.array([256.0])).kv_pool[:, 0]
    run = Runs.closed_loop(isl=100_000.0, osl=50.0, clients=1.0, rounds=1e6, limit=256.0, fixed=True)
    state, found = predicted(features(design, run, pool, SHIPPED), SHIPPED)
    assert found.tpot_s[0] == pytest.approx(state.decode_s[0])
