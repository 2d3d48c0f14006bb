"""The sequences of a replica that decode: which ends first, and which began last."""

from __future__ import annotations

from array import array

from .tables import Requests

# Sequences are in a ring by the last bits of the decode step at which they end. Where few decode, the first to end is
# found among them, else by going along the ring.
RING, FEW = 256, 16
NEVER = 1 << 62


class Decoding:
    """`end`: the decode step at which the next one ends; `count`: how many there are; `youngest`: began last."""

    def __init__(self, requests: Requests) -> None:
        self.requests = requests
        self.ring = array("q", [-1]) * RING  # the first job of each place; the others follow by number
        self.end, self.count, self.youngest = NEVER, 0, -1

    def add(self, job: int, end: int) -> None:
        """One that begins, and ends at step `end`."""
        r, place = self.requests, end % RING
        r.end[job] = end
        before, after = -1, self.ring[place]
        while 0 <= after < job:
            before, after = after, r.after[after]
        r.after[job] = after
        if before < 0:
            self.ring[place] = job
        else:
            r.after[before] = job
        r.older[job] = self.youngest
        if self.count:
            r.younger[self.youngest] = job
        self.youngest = job
        self.count += 1
        self.end = min(self.end, end)

    def pop(self, step: int) -> int:
        """Take out the first of those that end by `step`, of several the one of the lowest number; -1 for none."""
        if self.end > step:
            return -1
        job = self.first_at(self.end)
        self.remove(job)
        return job

    def remove(self, job: int) -> None:
        """Take one out."""
        r, place = self.requests, self.requests.end[job] % RING
        before, each = -1, self.ring[place]
        while each != job:
            before, each = each, r.after[each]
        if before < 0:
            self.ring[place] = r.after[job]
        else:
            r.after[before] = r.after[job]
        older = r.older[job]
        if job == self.youngest:
            self.youngest = older
        else:
            younger = r.younger[job]
            r.older[younger] = older
            if older >= 0:
                r.younger[older] = younger
        self.count -= 1
        if r.end[job] == self.end:
            self.end = self.next_end()

    def next_end(self) -> int:
        """The first step from `end` on at which one ends."""
        end, job = NEVER, self.youngest
        if self.count <= FEW:
            for _ in range(self.count):
                end = min(end, self.requests.end[job])
                job = self.requests.older[job]
            return end
        end = self.end
        while self.first_at(end) < 0:
            end += 1
        return end

    def first_at(self, step: int) -> int:
        """The lowest number of those that end at a step; -1 for none."""
        job = self.ring[step % RING]
        while job >= 0 and self.requests.end[job] != step:
            job = self.requests.after[job]
        return job

    def jobs(self) -> list[int]:
        """All, the youngest first."""
        found, job = [], self.youngest
        for _ in range(self.count):
            found.append(job)
            job = self.requests.older[job]
        return found
