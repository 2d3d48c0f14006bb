"""The router in front of many replicas that sends each request to the one with the fewest."""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from math import inf

from .replica import SimulatedReplica

# The load of a replica that is not there.
NONE = 1 << 62


class LeastLoaded:
    """The replica with the fewest requests, by two tournaments: the work of a request grows with the logarithm of the
    replicas.

    A replica's load falls when a sequence ends. `due_s` is the time before which none can; a replica is advanced once a
    request comes later than that, or is sent to it. A tournament is a binary tree in an array: node n has the children
    2 n and 2 n + 1, the last nodes are the replicas in order, and each node holds the replica that wins below it, of
    equal ones the first.
    """

    def __init__(self, up: Sequence[SimulatedReplica]) -> None:
        self.up, self.requests = list(up), up[0].requests
        self.leaves = 1 << (len(up) - 1).bit_length()
        spare = self.leaves - len(up)
        self.load = array("q", [replica.load for replica in up] + [NONE] * spare)
        self.due_s = array("d", [replica.due_s if replica.load else inf for replica in up] + [inf] * spare)
        nodes = [0] * self.leaves + [*range(self.leaves)]
        self.fewest, self.first = array("q", nodes), array("q", nodes)
        for node in range(self.leaves - 1, 0, -1):
            self.fewest[node] = self.less_loaded(node)
            self.first[node] = self.sooner(node)

    def submit_all(self, first: int, end: int) -> None:
        """Give the requests from `first` up to `end` to replicas, each as it comes."""
        for job in range(first, end):
            self.submit(job, self.requests.arrival_s[job])

    def submit(self, job: int, at_s: float) -> None:
        """Give a request to the replica with the fewest."""
        i = self.first[1]
        while self.due_s[i] < at_s:
            self.ended(i, at_s)
            i = self.first[1]
        i = self.fewest[1]
        chosen = self.up[i]
        chosen.advance(at_s)
        chosen.submit(job, at_s)
        self.load[i] = chosen.load
        self.changed_load(i)
        if chosen.queued:
            self.due_s[i] = chosen.now
            self.changed_due(i)

    def ended(self, i: int, at_s: float) -> None:
        """Advance a replica whose load may have fallen."""
        replica = self.up[i]
        replica.advance(at_s)
        if replica.load != self.load[i]:
            self.load[i] = replica.load
            self.changed_load(i)
        self.due_s[i] = replica.due() if replica.load else inf
        self.changed_due(i)

    def changed_load(self, i: int) -> None:
        """Play the matches of a replica by load anew, from its leaf on, until another one wins as before."""
        node = (self.leaves + i) >> 1
        while node:
            won = self.less_loaded(node)
            if won != i and won == self.fewest[node]:
                return
            self.fewest[node] = won
            node >>= 1

    def changed_due(self, i: int) -> None:
        """Play the matches of a replica by the time of its next end anew."""
        node = (self.leaves + i) >> 1
        while node:
            won = self.sooner(node)
            if won != i and won == self.first[node]:
                return
            self.first[node] = won
            node >>= 1

    def less_loaded(self, node: int) -> int:
        """The winner of one match by load."""
        left, right = self.fewest[2 * node], self.fewest[2 * node + 1]
        return right if self.load[right] < self.load[left] else left

    def sooner(self, node: int) -> int:
        """The winner of one match by the time of the next end."""
        left, right = self.first[2 * node], self.first[2 * node + 1]
        return right if self.due_s[right] < self.due_s[left] else left
