from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from planner.simulation.clock import Clock
from planner.simulation.outcome import Outcome
from planner.simulation.replicas import Setup, simulate
from tests.planner.simulation.conftest import jobs


def test_token_gaps_are_counted_once_each(clock: Clock) -> None:
    outcome = simulate(clock, jobs(100, gap=0.05, osl=40), Setup(1))
    assert outcome.itl_tokens.sum() == 100 * 39
    assert outcome.mean("itl") == pytest.approx(outcome.mean("tpot"), rel=0.05)


def waiting(clock: Clock, waits_s: list[float]) -> Outcome:
    """An outcome in which first tokens come after these waits, evenly over the time."""
    base = simulate(clock, jobs(len(waits_s), gap=1.0, osl=40), Setup(1))
    waits = np.array(waits_s)
    return replace(base, ttft_s=waits, e2e_s=waits + 10.0)


def test_a_queue_that_is_never_worked_off_again_is_not_sustained(clock: Clock) -> None:
    """Waits that grow by half a percent of the time for 20,000 s passed for sustained."""
    grown = [20.0 + 0.005 * 100.0 * i / 4.0 for i in range(400)]
    assert waiting(clock, [1.0] * 400).sustained
    assert not waiting(clock, grown).sustained


def test_a_queue_that_is_worked_off_between_bursts_is_sustained(clock: Clock) -> None:
    assert waiting(clock, [30.0 if i % 50 < 40 else 0.5 for i in range(400)]).sustained


def test_waits_that_differ_in_their_last_digits_alone_have_not_grown(clock: Clock) -> None:
    """One output token: nothing is left of a request after its wait, and times late in a run have fewer digits."""
    waits = np.where(np.arange(400) < 300, 0.05, 0.05 + 1.4e-12)
    found = replace(waiting(clock, waits.tolist()), e2e_s=waits)
    assert found.sustained


def test_percentiles_that_are_asked_for_together_are_those_asked_for_alone(clock: Clock) -> None:
    run, levels = simulate(clock, jobs(400, gap=0.02, osl=40), Setup(1)), [50.0, 90.0, 95.0, 99.0]
    for metric in ("ttft", "tpot", "e2e", "itl", "waited"):
        together = run.percentiles(metric, levels)
        assert together == [replace(run).percentile(metric, q) for q in levels] == run.percentiles(metric, levels)
        if metric != "itl":
            assert together == [float(np.percentile(getattr(run, f"{metric}_s"), q)) for q in levels]
