"""Routing policies: which replica a request is sent to, by name."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from operator import attrgetter
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from planner.simulation.kernel.replica import SimulatedReplica

LOAD = attrgetter("load")
Routing = Literal["round_robin", "least_loaded", "prefix"]
# Replicas that are up, requests dealt so far, the time [s], and the prefix blocks of the request.
Router = Callable[[Sequence["SimulatedReplica"], int, float, Sequence[int]], "SimulatedReplica"]
# A prefix is followed unless its replica carries this many times the least load, and some requests more.
PREFIX_SLACK, PREFIX_ROOM = 2.0, 8


def round_robin(up: Sequence[SimulatedReplica], turn: int, at_s: float, hashes: Sequence[int]) -> SimulatedReplica:
    """One replica after the other, whatever their load."""
    chosen = up[turn % len(up)]
    chosen.advance(at_s)
    return chosen


def least_loaded(up: Sequence[SimulatedReplica], turn: int, at_s: float, hashes: Sequence[int]) -> SimulatedReplica:
    """The replica with the fewest requests."""
    for replica in up:
        if replica.load and replica.now < at_s:
            replica.advance(at_s)
    return min(up, key=LOAD)


def longest_prefix(up: Sequence[SimulatedReplica], turn: int, at_s: float, hashes: Sequence[int]) -> SimulatedReplica:
    """The replica that holds most of the request's prefix, unless it is far busier than the least loaded."""
    most = PREFIX_SLACK * least_loaded(up, turn, at_s, hashes).load + PREFIX_ROOM
    able = [replica for replica in up if replica.load <= most]
    return max(able, key=lambda r: (_known(r, hashes), -r.load))


ROUTERS: dict[Routing, Router] = {
    "round_robin": round_robin,
    "least_loaded": least_loaded,
    "prefix": longest_prefix,
}


def _known(replica: SimulatedReplica, hashes: Sequence[int]) -> int:
    known = 0
    for block in hashes:
        if block not in replica.cached:
            break
        known += 1
    return known
