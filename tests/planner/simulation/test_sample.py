"""A sample of replicas behind a router tells what all of them would."""

from __future__ import annotations

import numpy as np
import pytest

from planner.simulation.clock import Clock
from planner.simulation.outcome import WARM_UP, Outcome
from planner.simulation.replicas import Setup, simulate
from planner.simulation.routing import Routing
from planner.simulation.sample import LEAST, dealt, sample_size
from planner.simulation.workload import Draw, drawn
from tests.planner.conftest import EIGHT, chat_request
from tests.planner.simulation.conftest import FAST

REPLICAS, RATE_PER_S, SPAN_S = 40, 480.0, 60.0


@pytest.fixture(scope="module")
def traffic() -> Draw:
    request = chat_request(model=EIGHT, traffic={"rate_per_s": RATE_PER_S}, input_tokens={"mean": 800, "cv": 1.0})
    return drawn(request, SPAN_S, 0)


def outcome(clock: Clock, traffic: Draw, replicas: int, routing: Routing) -> Outcome:
    share = replicas / REPLICAS
    return simulate(clock, traffic.jobs(share).jobs, Setup(replicas, routing)).after(WARM_UP)


@FAST
@pytest.mark.parametrize("routing", ["round_robin", "least_loaded"])
def test_percentiles_of_a_sample_are_those_of_all_replicas(clock: Clock, traffic: Draw, routing: Routing) -> None:
    """Within 8 %; docs/method.md states what was measured."""
    whole, some = (outcome(clock, traffic, n, routing) for n in (REPLICAS, LEAST))
    assert whole.busy_share > 0.3
    for metric in ("ttft", "tpot", "e2e"):
        for q in (50.0, 95.0):
            assert some.percentile(metric, q) == pytest.approx(whole.percentile(metric, q), rel=0.08), (metric, q)


def test_requests_are_dealt_evenly_in_any_stretch() -> None:
    for share in (0.5, 8 / 41, 0.02):
        before = np.cumsum(dealt(20_000, share))
        for width in (100, 1000, 7000):
            counts = before[width:] - before[:-width]
            assert np.abs(counts - share * width).max() <= 4


def test_more_replicas_behind_the_router_leave_some_of_the_same_requests() -> None:
    few, many = dealt(5000, 8 / 40), dealt(5000, 8 / 41)
    assert not (many & ~few).any()
    assert dealt(100, 1.0).all()


@pytest.mark.parametrize(("replicas", "requests"), [(1, 1e6), (8, 1e6), (10, 1e6), (50, 1000.0), (1000, 1e6)])
def test_a_sample_is_smaller_and_never_less_than_the_least(replicas: int, requests: float) -> None:
    size = sample_size(replicas, requests, 12_000)
    assert size == replicas or LEAST <= size < replicas
    assert size * requests / replicas >= min(12_000.0, requests)
