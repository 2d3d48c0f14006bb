"""The router in front of many replicas that sends each request to the one with the fewest."""

from __future__ import annotations

from collections.abc import Sequence
from heapq import heapify, heappop, heappush, heapreplace

from .replica import SimulatedReplica

# A number of the heap of loads is the load, and its replica in the lower bits.
SHIFT, REPLICA = 32, (1 << 32) - 1


class LeastLoaded:
    """The replica with the fewest requests, on two heaps: the work of a request does not grow with the replicas.

    A replica's load falls when a sequence ends. `due` holds the time before which none can; a replica is advanced once
    a request comes later than that, or is sent to it. `free` holds loads and numbers; entries that no longer hold are
    passed over. Of equal loads the first replica is chosen.
    """

    def __init__(self, up: Sequence[SimulatedReplica]) -> None:
        self.up, self.requests = list(up), up[0].requests
        self.at = [replica.due_s for replica in up]
        self.due = [(at, i) for i, at in enumerate(self.at) if up[i].load]
        self.free = [replica.load << SHIFT | i for i, replica in enumerate(up)]
        heapify(self.due)
        heapify(self.free)

    def submit_all(self, first: int, end: int) -> None:
        """Give the requests from `first` up to `end` to replicas, each as it comes."""
        for job in range(first, end):
            self.submit(job, self.requests.arrival_s[job])

    def submit(self, job: int, at_s: float) -> None:
        """Give a request to the replica with the fewest."""
        free = self.free
        if self.due and self.due[0][0] < at_s:
            self.ended(at_s)
        entry = free[0]
        while entry >> SHIFT != self.up[entry & REPLICA].load:
            heappop(free)
            entry = free[0]
        i = entry & REPLICA
        chosen = self.up[i]
        chosen.advance(at_s)
        chosen.submit(job, at_s)
        heapreplace(free, chosen.load << SHIFT | i)
        if chosen.queued:
            self.at[i] = chosen.now
            heappush(self.due, (chosen.now, i))

    def ended(self, at_s: float) -> None:
        """Advance the replicas whose load may have fallen."""
        due = self.due
        while due and due[0][0] < at_s:
            bound, i = heappop(due)
            if bound != self.at[i]:
                continue
            replica = self.up[i]
            load = replica.load
            replica.advance(at_s)
            if replica.load != load:
                heappush(self.free, replica.load << SHIFT | i)
            if replica.load:
                self.at[i] = replica.due()
                heappush(due, (self.at[i], i))
