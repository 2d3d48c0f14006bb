"""Routing policies: which replica a request is sent to, by name."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from heapq import heapify, heappop, heappush, heapreplace
from operator import attrgetter
from typing import Literal

from planner.simulation.replica import SimulatedReplica

LOAD = attrgetter("load")
Routing = Literal["round_robin", "least_loaded", "prefix"]
# Replicas that are up, requests dealt so far, the time [s], and the prefix blocks of the request.
Router = Callable[[Sequence[SimulatedReplica], int, float, Sequence[int]], SimulatedReplica]
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


class LeastLoaded:
    """`least_loaded` over the same replicas again and again, on two heaps: the work of a request does not grow with
    the number of replicas.

    A replica's load falls when a sequence ends. `due` holds the time before which none can; a replica is advanced once
    a request comes later than that, or is sent to it. `free` holds (load, number); entries that no longer hold are
    passed over. Of equal loads the first replica is chosen, as by `least_loaded`.
    """

    def __init__(self, up: Sequence[SimulatedReplica]) -> None:
        self.up = up
        self.at = [replica.due_s for replica in up]
        self.due = [(at, i) for i, at in enumerate(self.at) if up[i].load]
        self.free = [(replica.load, i) for i, replica in enumerate(up)]
        heapify(self.due)
        heapify(self.free)

    def submit(self, job: int, at_s: float) -> None:
        """Give a request to the replica with the fewest."""
        up, free = self.up, self.free
        if self.due and self.due[0][0] < at_s:
            self._ended(at_s)
        while free[0][0] != up[free[0][1]].load:
            heappop(free)
        i = free[0][1]
        chosen = up[i]
        chosen.advance(at_s)
        chosen.submit(job, at_s)
        heapreplace(free, (chosen.load, i))
        if chosen.queue:
            self.at[i] = chosen.now
            heappush(self.due, (chosen.now, i))

    def _ended(self, at_s: float) -> None:
        """Advance the replicas whose load may have fallen."""
        up, due, at = self.up, self.due, self.at
        while due and due[0][0] < at_s:
            bound, i = heappop(due)
            if bound != at[i]:
                continue
            replica = up[i]
            load = replica.load
            replica.advance(at_s)
            if replica.load != load:
                heappush(self.free, (replica.load, i))
            if replica.load:
                at[i] = bound = replica.due_s
                heappush(due, (bound, i))


def _known(replica: SimulatedReplica, hashes: Sequence[int]) -> int:
    known = 0
    for block in hashes:
        if block not in replica.cached:
            break
        known += 1
    return known
