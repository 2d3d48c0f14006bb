from __future__ import annotations

from planner.simulation.chosen import Kernel
from planner.simulation.clock import Clock
from planner.simulation.kernel.replica import SimulatedReplica
from planner.simulation.routing import PREFIX_ROOM, least_loaded, longest_prefix, round_robin
from tests.planner.simulation.conftest import jobs


def replicas(kernel: Kernel, clock: Clock, loads: tuple[int, ...]) -> list[SimulatedReplica]:
    run = jobs(200, gap=0.0)
    tables, requests, meter = kernel.tables(clock), kernel.requests(run), kernel.meter()
    found, job = [], 0
    for load in loads:
        replica = kernel.replica(tables, requests, meter)
        for _ in range(load):
            replica.submit(job, 0.0)
            job += 1
        found.append(replica)
    return found


def test_one_after_the_other_whatever_their_load(kernel: Kernel, clock: Clock) -> None:
    up = replicas(kernel, clock, (5, 0, 0))
    assert [up.index(round_robin(up, turn, 0.0, [])) for turn in range(4)] == [0, 1, 2, 0]


def test_the_fewest_requests_win(kernel: Kernel, clock: Clock) -> None:
    up = replicas(kernel, clock, (5, 1, 3))
    assert up.index(least_loaded(up, 0, 0.0, [])) == 1


def test_a_prefix_is_followed_until_its_replica_is_far_busier(kernel: Kernel, clock: Clock) -> None:
    for load, chosen in ((3, 0), (PREFIX_ROOM + 5, 1)):
        up = replicas(kernel, clock, (load, 0))
        up[0].cached.update(dict.fromkeys([1, 2, 3]))
        assert up.index(longest_prefix(up, 0, 0.0, [1, 2])) == chosen
