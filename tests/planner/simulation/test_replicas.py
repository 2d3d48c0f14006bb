"""The simulation: every request accounted for, seeded, and right where the answer is known."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from planner.simulation.chosen import Kernel
from planner.simulation.clock import Clock
from planner.simulation.jobs import Jobs
from planner.simulation.replicas import Outage, Scaling, Setup, simulate
from tests.consistency.drawn import at_random
from tests.planner.simulation.conftest import account, jobs


def test_one_request_alone_takes_its_steps(kernel: Kernel, clock: Clock) -> None:
    outcome = simulate(clock, jobs(1, isl=400, osl=100), Setup(1))
    account(outcome, 1)
    tables = kernel.tables(clock)
    decode = sum(tables.decode_s(1, 400.0 + i) for i in range(1, 100))
    assert outcome.e2e_s[0] - outcome.ttft_s[0] == pytest.approx(decode, rel=0.02)
    prefill = tables.extra_s(0, 400, 400.0)
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
    huge = Jobs.of([0.0, 0.1], [int(clock.pool_tokens) + 10, 100], [5, 5])
    outcome = simulate(clock, huge, Setup(1))
    assert (outcome.refused, outcome.served) == (1, 1)


def test_a_lost_replica_sends_its_requests_again(clock: Clock) -> None:
    outcome = simulate(clock, jobs(300, gap=0.02, osl=300), Setup(2, losses=(Outage(2.0, 2.0),)))
    account(outcome, 300)
    assert outcome.served == 300
    assert outcome.retried > 0
    assert outcome.replica_hours == pytest.approx((2 * outcome.makespan_s - 2.0) / 3600.0)


def test_replicas_are_paid_until_the_last_answer(clock: Clock) -> None:
    outcome = simulate(clock, jobs(300, gap=0.001, osl=400), Setup(3))
    assert outcome.makespan_s > 2 * 300 * 0.001
    assert outcome.replica_hours == pytest.approx(3 * outcome.makespan_s / 3600.0)


def test_a_run_that_is_cut_short_is_paid_to_its_end_and_its_waits_have_grown(clock: Clock) -> None:
    outcome = simulate(clock, jobs(4000, gap=0.002, isl=2000, osl=400), Setup(1), drain_s=10.0)
    assert outcome.unfinished > 2000
    assert not outcome.sustained
    assert outcome.makespan_s == pytest.approx(3999 * 0.002 + 10.0)
    assert outcome.replica_hours == pytest.approx(outcome.makespan_s / 3600.0)
    assert np.isnan(outcome.between(0.8, 1.0).percentile("ttft", 50.0))
    # From the arrival in the middle of the last fifth to the end of the run, less what the second fifth waited.
    late = 10.0 + 0.1 * 3999 * 0.002
    assert outcome.backlog_s > late
    assert outcome.between(0.8, 1.0).percentile("waited", 50.0) == pytest.approx(late, rel=0.01)


def test_a_replica_that_is_lost_after_the_last_arrival_is_back_and_paid(clock: Clock) -> None:
    asked = jobs(300, gap=0.001, osl=400)
    plain = simulate(clock, asked, Setup(2))
    lost = simulate(clock, jobs(300, gap=0.001, osl=400), Setup(2, losses=(Outage(1.0, 1.0),)))
    account(lost, 300)
    assert lost.retried > 0
    assert lost.served == 300
    assert lost.makespan_s > plain.makespan_s
    assert lost.replica_hours == pytest.approx((2 * lost.makespan_s - 1.0) / 3600.0)


def test_where_none_was_taken_none_comes_back(clock: Clock) -> None:
    plain, lost = (
        simulate(clock, jobs(200, gap=0.05), Setup(1, losses=losses)) for losses in ((), (Outage(1.0, 1.0),))
    )
    assert lost.replicas_most == 1
    assert np.array_equal(lost.e2e_s, plain.e2e_s, equal_nan=True)


def test_scaling_waits_for_its_delay(clock: Clock) -> None:
    load = jobs(3000, gap=0.01, isl=1000, osl=200)
    fixed = simulate(clock, jobs(3000, gap=0.01, isl=1000, osl=200), Setup(1))
    slow = simulate(clock, load, Setup(1, scaling=Scaling(1, 6, 16.0, delay_s=10.0, every_s=1.0)))
    assert slow.replicas_most > 1
    assert slow.percentile("ttft", 99) < fixed.percentile("ttft", 99)
    account(slow, 3000)


@at_random(10, 25)
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
    work = Jobs.of(times, [i for i, _, _ in sizes], [o for _, o, _ in sizes])
    outcome = simulate(replace(clock, pool_tokens=pool), work, Setup(replicas, routing))  # type: ignore[arg-type]
    account(outcome, len(sizes))
    ended = np.isfinite(outcome.e2e_s)
    assert (outcome.ttft_s[ended] > 0).all()
    assert (outcome.e2e_s[ended] >= outcome.ttft_s[ended] - 1e-9).all()
    assert not math.isnan(outcome.busy_share)


def test_a_loss_that_took_nothing_keeps_no_other_one_away(clock: Clock) -> None:
    """The second outage finds one replica alone; the first one's comes back all the same."""
    first = Outage(1.0, 2.0)
    alone, two = (
        simulate(clock, jobs(400, gap=0.05), Setup(2, losses=losses))
        for losses in ((first,), (first, Outage(1.5, 30.0)))
    )
    assert two.replica_hours == alone.replica_hours
