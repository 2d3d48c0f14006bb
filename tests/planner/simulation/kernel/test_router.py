from __future__ import annotations

from dataclasses import replace

import numpy as np

from planner.simulation.chosen import Kernel
from planner.simulation.clock import Clock
from planner.simulation.jobs import Jobs, floats
from planner.simulation.routing import least_loaded


def test_the_heaps_route_as_a_look_at_every_replica_does(kernel: Kernel, clock: Clock) -> None:
    """The same loads at every arrival. Steps that do not grow with the context leave nothing to rounding."""
    times = np.array(clock.decode).reshape(len(clock.place), -1, 2)
    times[:, :, 0], times[:, :, 1] = times[:, :1, 0], 0.0
    clock = replace(clock, decode=floats(times))
    rng = np.random.default_rng(0)
    arrivals = np.cumsum(rng.exponential(0.05, 200)).tolist()
    lengths = rng.integers(20, 900, (2, 200)).tolist()
    runs = [Jobs.of(arrivals, lengths[0], lengths[1]) for _ in range(2)]
    plain, quick = (
        [kernel.replica(kernel.tables(clock), requests, kernel.meter()) for _ in range(5)]
        for requests in map(kernel.requests, runs)
    )
    heaps = kernel.router(quick)
    for job, at_s in enumerate(arrivals):
        least_loaded(plain, 0, at_s, []).submit(job, at_s)
        heaps.submit(job, at_s)
        assert [r.load for r in quick] == [r.load for r in plain], job
    for replica in (*plain, *quick):
        replica.advance(1e6)
    np.testing.assert_allclose(runs[1].finish_s, runs[0].finish_s, rtol=1e-9)
