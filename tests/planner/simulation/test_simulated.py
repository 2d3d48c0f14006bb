from __future__ import annotations

import pytest

from planner.catalogs import Catalogs
from planner.errors import InputError
from planner.load.demand import Demand
from planner.physics.coefficients import Coefficients
from planner.physics.confidence import Caution
from planner.request.reading import parse_request
from planner.simulation.replicas import Setup
from planner.simulation.simulated import clock_of, simulated
from planner.simulation.workload import generated
from tests.planner.conftest import EIGHT, SEVENTY, one_gpu

SHIPPED = Coefficients.shipped()


def test_slower_devices_break_limits_that_fast_ones_keep(catalogs: Catalogs) -> None:
    one = one_gpu(catalogs, "vllm")
    request = parse_request(
        {"model": EIGHT, "traffic": {"rate_per_s": 4.0}, "input_tokens": {"mean": 500}, "output_tokens": {"mean": 80},
         "sla": {"tpot_p95_s": 0.03, "ttft_mean_s": 5.0}}
    )  # fmt: skip
    traffic = [generated(request, 60.0, seed=1) for _ in range(2)]
    fast, slow = (
        simulated(one, request, t, Setup(1), SHIPPED, max_sequences=64, caution=Caution(factor))
        for t, factor in zip(traffic, (1.0, 4.0), strict=True)
    )
    assert fast.tpot_s.p95 < slow.tpot_s.p95
    assert [check.holds for check in fast.sla] == [True, True]
    assert not slow.sla[0].holds
    assert slow.sla[0].missed_share > 0.05
    assert fast.requests == fast.served + fast.refused_too_long + fast.unfinished
    assert slow.device_time_factor == 4.0


def test_a_model_that_leaves_no_room_for_a_cache_is_named(catalogs: Catalogs) -> None:
    with pytest.raises(InputError, match="leaves no memory"):
        clock_of(one_gpu(catalogs, "vllm", SEVENTY), Demand.simple(100, 100), SHIPPED, max_sequences=8)


def test_first_tokens_have_a_factor_of_their_own(catalogs: Catalogs) -> None:
    one = one_gpu(catalogs, "vllm")
    request = parse_request(
        {"model": EIGHT, "traffic": {"rate_per_s": 4.0}, "input_tokens": {"mean": 500}, "output_tokens": {"mean": 80},
         "sla": {"ttft_p95_s": 5.0}}
    )  # fmt: skip
    plain, late = (
        simulated(one, request, generated(request, 60.0, seed=1), Setup(1), SHIPPED, max_sequences=64, caution=caution)
        for caution in (Caution(1.2), Caution(1.2, 1.5))
    )
    assert late.ttft_s.p95 == pytest.approx(1.5 * plain.ttft_s.p95)
    assert late.tpot_s.p95 == pytest.approx(plain.tpot_s.p95)
    assert late.e2e_s.mean == pytest.approx(plain.e2e_s.mean + 0.5 * plain.ttft_s.mean)
    assert (late.device_time_factor, late.first_token_factor) == (1.2, 1.5)


def test_answers_of_one_token_keep_every_limit_between_tokens(catalogs: Catalogs) -> None:
    request = parse_request(
        {"model": EIGHT, "traffic": {"rate_per_s": 4.0}, "input_tokens": {"mean": 500},
         "output_tokens": {"mean": 1, "cv": 0}, "sla": {"tpot_p95_s": 0.05, "tpot_mean_s": 0.05}}
    )  # fmt: skip
    found = simulated(
        one_gpu(catalogs, "vllm"), request, generated(request, 60.0, seed=1), Setup(1), SHIPPED, max_sequences=64
    )
    assert [(c.value_s, c.missed_share, c.holds) for c in found.sla] == [(0.0, 0.0, True)] * 2
