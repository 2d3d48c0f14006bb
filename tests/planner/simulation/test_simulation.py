"""The simulation: every request accounted for, seeded, and right where the answer is known."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from planner.catalogs import Catalogs
from planner.load.demand import Demand
from planner.physics.coefficients import Coefficients
from planner.physics.deployment import Deployment, one_design
from planner.physics.design import Designs
from planner.physics.split import Split
from planner.physics.step import Load, StepModel
from planner.simulation.clock import Clock
from planner.simulation.outcome import Outcome
from planner.simulation.replica import Jobs
from planner.simulation.replicas import Outage, Scaling, Setup, simulate
from planner.simulation.simulated import clock_of

SHIPPED = Coefficients.shipped()


@pytest.fixture(scope="module")
def design(catalogs: Catalogs) -> Designs:
    return one_design(Deployment("meta-llama/Llama-3.1-8B-Instruct", "H100", "fp8", split=Split()), catalogs)[0]


@pytest.fixture(scope="module")
def clock(design: Designs) -> Clock:
    return clock_of(design, Demand.simple(1000, 200), SHIPPED, max_sequences=64)


def jobs(count: int, *, gap: float = 0.1, isl: int = 500, osl: int = 50, hashes: list[list[int]] | None = None) -> Jobs:
    return Jobs([gap * i for i in range(count)], [isl] * count, [osl] * count, hashes or [])


def account(outcome: Outcome, count: int) -> None:
    assert outcome.served + outcome.refused + outcome.unfinished == count


def test_the_clock_agrees_with_the_step_model(design: Designs, clock: Clock) -> None:
    model = StepModel.of(design, SHIPPED)
    for n, context in ((1, 300.0), (17, 1500.0), (64, 900.0)):
        exact = float(model.step(Load(np.array([[float(n)]]), context)).total_s[0, 0])
        assert clock.decode_s(n, context) == pytest.approx(exact, rel=0.02)
    for n, chunk, seen in ((1, 512, 512.0), (32, 2000, 3000.0)):
        both = float(model.step(Load(np.array([[float(n)]]), 1100.0, float(chunk), seen)).total_s[0, 0])
        alone = float(model.step(Load(np.array([[float(n)]]), 1100.0)).total_s[0, 0])
        assert clock.extra_s(n, chunk, seen) == pytest.approx(both - alone, rel=0.1)


def test_one_request_alone_takes_its_steps(clock: Clock) -> None:
    outcome = simulate(clock, jobs(1, isl=400, osl=100), Setup(1))
    account(outcome, 1)
    decode = sum(clock.decode_s(1, 400.0 + i) for i in range(1, 100))
    assert outcome.e2e_s[0] - outcome.ttft_s[0] == pytest.approx(decode, rel=0.02)
    prefill = clock.extra_s(0, 400, 400.0)
    assert outcome.ttft_s[0] >= prefill


def test_one_token_ends_with_its_prompt(clock: Clock) -> None:
    outcome = simulate(clock, jobs(5, osl=1), Setup(1))
    np.testing.assert_allclose(outcome.e2e_s, outcome.ttft_s)
    assert np.isnan(outcome.tpot_s).all()


def test_the_same_jobs_give_the_same_outcome(clock: Clock) -> None:
    first, second = (simulate(clock, jobs(200, gap=0.02), Setup(2)) for _ in range(2))
    np.testing.assert_array_equal(first.e2e_s, second.e2e_s)


def test_more_replicas_are_never_slower(clock: Clock) -> None:
    few, many = (simulate(clock, jobs(400, gap=0.01, isl=1500), Setup(n)) for n in (1, 4))
    assert many.percentile("ttft", 95) < few.percentile("ttft", 95)
    assert many.mean("tpot") < few.mean("tpot")


def test_what_never_fits_is_refused_and_named(clock: Clock) -> None:
    huge = Jobs([0.0, 0.1], [int(clock.pool_tokens) + 10, 100], [5, 5])
    outcome = simulate(clock, huge, Setup(1))
    assert (outcome.refused, outcome.served) == (1, 1)


def test_a_full_cache_preempts_and_still_serves_all(clock: Clock) -> None:
    tight = replace(clock, pool_tokens=6000.0)
    outcome = simulate(tight, jobs(40, gap=0.001, isl=400, osl=400), Setup(1))
    account(outcome, 40)
    assert outcome.served == 40
    assert outcome.preempted > 0


def test_long_prompts_come_in_chunks(clock: Clock) -> None:
    small = replace(clock, budget=256)
    whole = simulate(clock, jobs(1, isl=4000), Setup(1))
    chunked = simulate(small, jobs(1, isl=4000), Setup(1))
    assert chunked.ttft_s[0] > whole.ttft_s[0]


def test_prefixes_found_by_hash_save_work(clock: Clock) -> None:
    same = [[1, 2, 3, 4] for _ in range(50)]
    fresh = [[4 * i + k for k in range(4)] for i in range(50)]
    shared = simulate(clock, jobs(50, gap=0.5, isl=2048, hashes=same), Setup(1))
    alone = simulate(clock, jobs(50, gap=0.5, isl=2048, hashes=fresh), Setup(1))
    assert shared.reused_tokens >= 49 * 2000
    assert alone.reused_tokens == 0
    assert shared.mean("ttft") < alone.mean("ttft")
    spread = simulate(clock, jobs(50, gap=0.5, isl=2048, hashes=same), Setup(4, "round_robin"))
    followed = simulate(clock, jobs(50, gap=0.5, isl=2048, hashes=same), Setup(4, "prefix"))
    assert followed.reused_tokens > spread.reused_tokens


def test_a_lost_replica_sends_its_requests_again(clock: Clock) -> None:
    outcome = simulate(clock, jobs(300, gap=0.02, osl=300), Setup(2, losses=(Outage(2.0, 2.0),)))
    account(outcome, 300)
    assert outcome.served == 300
    assert outcome.retried > 0
    assert outcome.replica_hours < 2 * 300 * 0.02 / 3600.0


def test_scaling_waits_for_its_delay(clock: Clock) -> None:
    load = jobs(3000, gap=0.01, isl=1000, osl=200)
    fixed = simulate(clock, jobs(3000, gap=0.01, isl=1000, osl=200), Setup(1))
    slow = simulate(clock, load, Setup(1, scaling=Scaling(1, 6, 16.0, delay_s=10.0, every_s=1.0)))
    assert slow.replicas_most > 1
    assert slow.percentile("ttft", 99) < fixed.percentile("ttft", 99)
    account(slow, 3000)


def test_token_gaps_are_counted_once_each(clock: Clock) -> None:
    outcome = simulate(clock, jobs(100, gap=0.05, osl=40), Setup(1))
    assert outcome.itl_tokens.sum() == 100 * 39
    assert outcome.mean("itl") == pytest.approx(outcome.mean("tpot"), rel=0.05)


@settings(max_examples=25, deadline=None)
@given(
    sizes=st.lists(st.tuples(st.integers(1, 6000), st.integers(1, 400), st.floats(0, 2)), min_size=1, max_size=60),
    replicas=st.integers(1, 3),
    pool=st.floats(3000, 100_000),
    routing=st.sampled_from(["round_robin", "least_loaded", "prefix"]),
)
def test_every_request_is_accounted_for(
    clock: Clock, sizes: list[tuple[int, int, float]], replicas: int, pool: float, routing: str
) -> None:
    times = np.cumsum([gap for _, _, gap in sizes]).tolist()
    work = Jobs(times, [i for i, _, _ in sizes], [o for _, o, _ in sizes])
    outcome = simulate(replace(clock, pool_tokens=pool), work, Setup(replicas, routing))  # type: ignore[arg-type]
    account(outcome, len(sizes))
    ended = np.isfinite(outcome.e2e_s)
    assert (outcome.ttft_s[ended] > 0).all()
    assert (outcome.e2e_s[ended] >= outcome.ttft_s[ended] - 1e-9).all()
    assert not math.isnan(outcome.busy_share)
