"""Runs ended early: only those that break a limit, whatever follows."""

from __future__ import annotations

import pytest

from planner.simulation.clock import Clock
from planner.simulation.limits import Breach, BrokenError, ClearError
from planner.simulation.outcome import WARM_UP
from planner.simulation.replicas import Setup, simulate
from tests.planner.simulation.conftest import jobs

GAP = 0.02


def value(clock: Clock, metric: str, q: float) -> float:
    return simulate(clock, jobs(6000, gap=GAP), Setup(1)).after(WARM_UP).percentile(metric, q)


@pytest.mark.parametrize("metric", ["ttft", "tpot", "e2e"])
def test_a_run_ends_early_where_its_limit_breaks_and_not_where_it_holds(clock: Clock, metric: str) -> None:
    reached, run = value(clock, metric, 90.0), jobs(6000, gap=GAP)
    calls: list[int] = []
    held = simulate(
        clock, run, Setup(1), progress=Breach(run, {f"{metric}_p90_s": reached}, lambda done, _: calls.append(done))
    )
    assert held.served == 6000
    assert calls[-1] == 6000
    broken = jobs(6000, gap=GAP)
    with pytest.raises(BrokenError, match=f"{metric}_p90_s"):
        simulate(clock, broken, Setup(1), progress=Breach(broken, {f"{metric}_p90_s": 0.5 * reached}))
    assert sum(time == time for time in broken.finish_s) < 2000


def test_a_mean_is_judged_at_the_end_only(clock: Clock) -> None:
    run = jobs(3000, gap=GAP)
    assert simulate(clock, run, Setup(1), progress=Breach(run, {"ttft_mean_s": 1e-9})).served == 3000


def test_requests_that_still_wait_have_missed_a_limit_that_they_waited_for_longer(clock: Clock) -> None:
    """Replicas that fall behind for good end nothing that could be counted; such runs went on to their end."""
    behind = jobs(20_000, gap=1e-4)
    seen: list[int] = []
    with pytest.raises(BrokenError):
        simulate(
            clock, behind, Setup(1), progress=Breach(behind, {"ttft_p50_s": 0.2}, lambda done, _: seen.append(done))
        )
    assert seen[-1] < 19_000
    assert sum(time == time for time in behind.finish_s) < 1000


def test_a_run_that_is_clear_ends_before_its_end_and_one_that_is_not_does_not(clock: Clock) -> None:
    reached = value(clock, "tpot", 90.0)
    clear = jobs(6000, gap=GAP)
    with pytest.raises(ClearError):
        simulate(clock, clear, Setup(1), progress=Breach(clear, {"tpot_p90_s": 2.0 * reached}, clear=True))
    assert sum(time == time for time in clear.finish_s) < 3000
    close = jobs(6000, gap=GAP)
    limits = {"tpot_p90_s": 2.0 * reached, "ttft_mean_s": 100.0}
    assert simulate(clock, close, Setup(1), progress=Breach(close, limits, clear=True)).served == 6000


def test_of_a_smaller_share_that_may_miss_fewer_do() -> None:
    """A limit that 7.5 % miss holds where 10 % may, and breaks where half of these may."""
    run = jobs(4000)
    run.first_s = [at + (2.0 if i % 40 < 3 else 0.5) for i, at in enumerate(run.arrival_s)]
    run.finish_s = [at + 1.0 for at in run.first_s]
    whole, half = (Breach(run, {"ttft_p90_s": 1.0}, share=share) for share in (1.0, 0.5))
    for done in range(0, 2500, 500):
        whole(done, 4000)
        half(done, 4000)
    with pytest.raises(BrokenError):
        half(3000, 4000)
    whole(4000, 4000)
