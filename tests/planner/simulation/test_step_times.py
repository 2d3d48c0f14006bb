from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from planner.simulation.chosen import PYTHON, loaded
from planner.simulation.clock import MAX_BATCH, Clock
from planner.simulation.kernel.tables import StepTables
from planner.simulation.replicas import Setup, simulate
from planner.simulation.step_times import BATCHES, CHUNKS, CONTEXTS, StepGrid, places, plain_steps
from tests.planner.simulation.conftest import FAST, jobs


@given(st.integers(1, MAX_BATCH), st.integers(1, 131_072), st.floats(1.0, 1e7))
def test_a_grid_goes_as_far_as_a_run_may_and_little_further(slots: int, budget: int, pool: float) -> None:
    grid = StepGrid.of([slots], float(budget), pool)
    assert grid.decode[0] == 0.0
    assert grid.decode[-1] == slots
    for part, whole, most in (
        (grid.batches, BATCHES, slots), (grid.chunks, CHUNKS, budget), (grid.contexts, CONTEXTS, 2.0 * pool),
    ):  # fmt: skip
        assert np.array_equal(part, whole[: len(part)])
        assert part[-1] > most or len(part) == len(whole)
    batch, share = places(slots)
    assert ((batch + 1 < len(grid.batches)) & (share >= 0.0) & (share <= 1.0)).all()


@FAST
@given(st.lists(st.integers(1, 300), min_size=1, max_size=4))
def test_steps_are_drawn_straight_between_those_that_were_computed(slots: list[int]) -> None:
    """Whichever other designs share the grid."""
    grid = StepGrid.of(slots, 2048.0, 1e5)
    rng = np.random.default_rng(len(slots) + slots[0])
    times = np.cumsum(rng.random((len(grid.decode), len(grid.contexts))), axis=0)
    for most in slots:
        own = StepGrid.of([most], 2048.0, 1e5).decode
        known = times[np.searchsorted(grid.decode, own)]
        found = plain_steps(grid, times, most)
        assert found.shape == (most + 1, len(grid.contexts))
        for i in range(len(grid.contexts)):
            straight = np.interp(np.arange(most + 1.0), own, known[:, i])
            assert np.allclose(found[:, i], straight, rtol=1e-14, atol=1e-12)


def test_no_run_asks_beyond_the_tables(clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    """Sequences that fill the cache alone, and many of them."""
    asked: list[float] = []
    stretch = StepTables.stretch

    def noted(self: StepTables, context: float, i: int) -> int:
        asked.append(context)
        return stretch(self, context, i)

    monkeypatch.setattr(StepTables, "stretch", noted)
    monkeypatch.setattr("planner.simulation.replicas.kernel", lambda: loaded(PYTHON))
    tokens = int(clock.pool_tokens - clock.base_tokens)
    for isl, osl in ((tokens - 20, 20), (20, tokens - 20), (tokens // 3, 200)):
        run = jobs(4, gap=0.01, isl=isl, osl=osl)
        assert simulate(replace(clock, reserves=False), run, Setup(1), drain_s=1e6).served == 4
    assert 0.5 * clock.pool_tokens < max(asked) <= clock.contexts[-1]
