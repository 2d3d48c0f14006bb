from __future__ import annotations

import numpy as np
import pytest

from planner.simulation.chosen import Kernel
from planner.simulation.clock import Clock
from planner.simulation.kernel.tables import LOG_STEP, NO_GAP
from tests.planner.simulation.conftest import jobs


def test_steps_are_drawn_straight_between_the_contexts_of_the_table(kernel: Kernel, clock: Clock) -> None:
    tables = kernel.tables(clock)
    starts = np.array(clock.decode).reshape(len(clock.place), -1, 2)[:, :, 0]
    rng, known = np.random.default_rng(0), np.array(clock.contexts)[:-1]
    drawn = np.exp(rng.uniform(0.0, np.log(known[-1]), 300))
    for n, context in zip(rng.integers(0, 65, 300).tolist(), drawn.tolist(), strict=True):
        expected = np.interp(context, known, starts[n])
        assert tables.decode_s(n, context) == pytest.approx(expected, rel=1e-12)


def test_chunks_are_drawn_straight_between_those_of_the_table(kernel: Kernel, clock: Clock) -> None:
    tables, contexts, known = kernel.tables(clock), np.array(clock.contexts), np.array(clock.chunks)
    extra = np.array(clock.extra).reshape(-1, len(known), len(contexts))
    rng = np.random.default_rng(1)
    batches, chunks = rng.integers(0, 65, 300).tolist(), rng.integers(1, clock.budget + 1, 300).tolist()
    for n, chunk, seen in zip(batches, chunks, (4.0 ** rng.uniform(0, 9, 300)).tolist(), strict=True):
        between = extra[clock.place[n]] + (extra[clock.place[n] + 1] - extra[clock.place[n]]) * clock.share[n]
        rows = [np.interp(seen, contexts, row) for row in between]
        assert tables.extra_s(n, chunk, seen) == pytest.approx(np.interp(chunk, known, rows), rel=1e-9, abs=1e-15)


def test_gaps_are_counted_by_their_logarithm(kernel: Kernel, clock: Clock) -> None:
    replica_of = jobs(1, isl=100, osl=30)
    requests = kernel.requests(replica_of)
    replica = kernel.replica(kernel.tables(clock), requests, kernel.meter())
    replica.submit(0, 0.0)
    replica.advance(1e6)
    counted = np.flatnonzero(requests.gap_tokens)
    assert np.sum(requests.gap_tokens) == 29
    gap_s = (replica_of.finish_s[0] - replica_of.first_s[0]) / 29
    assert np.exp((counted - NO_GAP) * LOG_STEP) == pytest.approx(gap_s, rel=2 * LOG_STEP)


def test_a_meter_raises_once_it_has_counted_more_than_it_may(kernel: Kernel) -> None:
    meter = kernel.meter(10.0)
    meter.add(10)
    with pytest.raises(kernel.over):
        meter.add(1)
