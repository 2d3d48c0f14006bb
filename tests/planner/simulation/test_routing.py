from __future__ import annotations

from planner.simulation.clock import Clock
from planner.simulation.replica import SimulatedReplica
from planner.simulation.routing import PREFIX_ROOM, least_loaded, longest_prefix, round_robin
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
