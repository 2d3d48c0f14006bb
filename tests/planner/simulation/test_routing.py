from __future__ import annotations

from dataclasses import replace

import numpy as np

from planner.simulation.clock import Clock
from planner.simulation.replica import Jobs, SimulatedReplica
from planner.simulation.routing import PREFIX_ROOM, LeastLoaded, least_loaded, longest_prefix, round_robin
from tests.planner.simulation.conftest import jobs


def replicas(clock: Clock, loads: tuple[int, ...]) -> list[SimulatedReplica]:
    run = jobs(200, gap=0.0)
    found, job = [], 0
    for load in loads:
        replica = SimulatedReplica(clock, run)
        for _ in range(load):
            replica.submit(job, 0.0)
            job += 1
        found.append(replica)
    return found


def test_one_after_the_other_whatever_their_load(clock: Clock) -> None:
    up = replicas(clock, (5, 0, 0))
    assert [up.index(round_robin(up, turn, 0.0, [])) for turn in range(4)] == [0, 1, 2, 0]


def test_the_fewest_requests_win(clock: Clock) -> None:
    up = replicas(clock, (5, 1, 3))
    assert up.index(least_loaded(up, 0, 0.0, [])) == 1


def test_a_prefix_is_followed_until_its_replica_is_far_busier(clock: Clock) -> None:
    for load, chosen in ((3, 0), (PREFIX_ROOM + 5, 1)):
        up = replicas(clock, (load, 0))
        up[0].cached.update(dict.fromkeys([1, 2, 3]))
        assert up.index(longest_prefix(up, 0, 0.0, [1, 2])) == chosen


def test_the_heaps_route_as_a_look_at_every_replica_does(clock: Clock) -> None:
    """The same loads at every arrival. Steps that do not grow with the context leave nothing to rounding."""
    clock = replace(clock, decode=[[[row[0][0], 0.0] for _ in row] for row in clock.decode])
    rng = np.random.default_rng(0)
    arrivals = np.cumsum(rng.exponential(0.05, 200)).tolist()
    lengths = rng.integers(20, 900, (2, 200)).tolist()
    runs = [Jobs(arrivals, lengths[0], lengths[1]) for _ in range(2)]
    plain, quick = ([SimulatedReplica(clock, run) for _ in range(5)] for run in runs)
    heaps = LeastLoaded(quick)
    for job, at_s in enumerate(arrivals):
        least_loaded(plain, 0, at_s, []).submit(job, at_s)
        heaps.submit(job, at_s)
        assert [r.load for r in quick] == [r.load for r in plain], job
    for replica in (*plain, *quick):
        replica.advance(1e6)
    np.testing.assert_allclose(runs[1].finish_s, runs[0].finish_s, rtol=1e-9)


def test_a_load_never_falls_before_it_is_due(clock: Clock) -> None:
    run = Jobs([0.0, 0.01, 0.3], [300, 700, 50], [40, 90, 5])
    replica = SimulatedReplica(clock, run)
    for job, at_s in enumerate(run.arrival_s):
        replica.advance(at_s)
        replica.submit(job, at_s)
    while replica.load:
        due_s, load = replica.due_s, replica.load
        replica.advance(due_s * (1.0 - 1e-9))
        assert replica.load == load
        replica.advance(max(due_s, replica.now) + 1e-6)
