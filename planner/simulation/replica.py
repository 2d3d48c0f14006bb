"""One replica, step by step: admission by cache, chunked prompts beside decodes, preemption, prefix reuse.

Between two events nothing changes but the contexts, so runs of plain decode steps are taken in one stride.
"""

from __future__ import annotations

from collections import OrderedDict, deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from heapq import heapify, heappop, heappush
from math import ceil, hypot, log

import numpy as np

from planner.formulas.types import Array
from planner.simulation.clock import Clock
from planner.simulation.work import LOOKED_AT, Meter, OverError

# A sequence that decodes: the decode step at which it ends, its job, the tokens it holds less the steps taken.
Sequenced = tuple[int, int, int]
WATERMARK = 0.01
LOG_STEP = 0.02


@dataclass
class Jobs:
    """Requests in order of arrival, as plain lists: what is asked, and what became of it (NaN: not yet).

    late_s: what the client sees later than the device is done: front end, scheduling and streaming.
    """

    arrival_s: list[float]
    input_tokens: list[int]
    output_tokens: list[int]
    hashes: Sequence[Sequence[int]] = ()
    block_tokens: int = 512
    first_s: list[float] = field(default_factory=list)
    finish_s: list[float] = field(default_factory=list)
    late_s: list[float] = field(default_factory=list)
    preempted: list[int] = field(default_factory=list)
    retried: list[int] = field(default_factory=list)
    refused: list[bool] = field(default_factory=list)
    reused_tokens: int = 0

    def __post_init__(self) -> None:
        count = len(self.arrival_s)
        nan = float("nan")
        self.first_s, self.finish_s, self.late_s = [nan] * count, [nan] * count, [0.0] * count
        self.preempted, self.retried, self.refused = [0] * count, [0] * count, [False] * count

    def __len__(self) -> int:
        return len(self.arrival_s)


def times(jobs: Jobs, which: slice = slice(None)) -> dict[str, Array]:
    """Arrival, TTFT, TPOT and end-to-end time [s] of some requests; NaN for what has not ended."""
    columns = (jobs.arrival_s, jobs.first_s, jobs.finish_s, jobs.output_tokens)
    arrival, first, finish, tokens = (np.array(column[which], dtype=float) for column in columns)
    first = np.where(np.isfinite(finish), first, np.nan)
    with np.errstate(invalid="ignore"):
        tpot = np.where(tokens > 1, (finish - first) / np.maximum(tokens - 1.0, 1.0), np.nan)
    return {"arrival_s": arrival, "ttft_s": first - arrival, "tpot_s": tpot, "e2e_s": finish - arrival}


class SimulatedReplica:
    """The state of one engine; times in seconds, `now` at a step boundary."""

    def __init__(
        self, clock: Clock, jobs: Jobs, start_s: float = 0.0, hit: float = 0.0, meter: Meter | None = None
    ) -> None:
        self.clock, self.jobs, self.hit = clock, jobs, hit
        self.meter = Meter() if meter is None else meter
        self.grows = 0.0 if clock.reserves else 1.0  # tokens that each one made adds to what is used
        self.now, self.busy_s = start_s, 0.0
        self.queue: deque[int] = deque()
        self.prefilling: list[list[int]] = []  # [job, tokens done, tokens to do]
        self.live: dict[int, Sequenced] = {}  # what decodes, in order of admission
        self.heap: list[Sequenced] = []  # the same, the first to end first
        self.load = 0  # requests queued, prefilling and decoding
        self.steps, self.context, self.used = 0, 0, 0.0
        self.made: dict[int, int] = {}  # tokens made before a preemption
        self.gaps: dict[int, int] = {}  # log bucket of a token gap -> tokens
        self.cached: OrderedDict[int, None] = OrderedDict()

    @property
    def waiting(self) -> int:
        return len(self.queue) + len(self.prefilling)

    @property
    def idle(self) -> bool:
        return not self.load

    @property
    def due_s(self) -> float:
        """A time [s] before which the step that ends a sequence does not begin, so that the load cannot fall."""
        if self.queue or self.prefilling or not self.live:
            return self.now
        # Steps take no less as contexts grow.
        n, steps = len(self.live), self.heap[0][0] - self.steps - 1
        return self.now + steps * self.clock.decode_s(n, self.context / n) if steps > 0 else self.now

    def submit(self, job: int, at_s: float) -> None:
        """Queue a request; one that could never fit is refused and named."""
        jobs, clock = self.jobs, self.clock
        tokens = jobs.input_tokens[job] + jobs.output_tokens[job]
        if tokens + clock.base_tokens > clock.pool_tokens or tokens > clock.longest:
            jobs.refused[job] = True
            return
        if self.idle:
            self.now = max(self.now, at_s)
        self.queue.append(job)
        self.load += 1

    def advance(self, until_s: float) -> None:
        """Run steps until the clock has reached `until_s` or nothing is left to do."""
        meter = self.meter
        while self.now < until_s:
            meter.steps += 1
            if meter.steps > meter.most:
                raise OverError
            if self.queue:
                self._admit()
            if self.prefilling:
                self._prefill_step()
            elif self.live:
                self._decode_stride(until_s)
            else:
                return

    def drop_all(self) -> list[int]:
        """The replica is lost: every unfinished request starts anew elsewhere."""
        lost = [*self.queue, *(entry[0] for entry in self.prefilling), *self.live]
        self.queue.clear()
        self.prefilling.clear()
        self.live.clear()
        self.heap.clear()
        self.cached.clear()
        self.made.clear()
        self.load, self.context, self.used = 0, 0, 0.0
        return sorted(lost)

    def _admit(self) -> None:
        """Admit in order of arrival while a slot and cache for the prompt (all of its output, too, where the engine
        reserves it) are free."""
        clock, jobs, queue = self.clock, self.jobs, self.queue
        room = clock.pool_tokens * (1.0 - WATERMARK)
        while queue and len(self.live) + len(self.prefilling) < clock.slots:
            job = queue[0]
            made = self.made.get(job, 0)
            tokens = jobs.input_tokens[job] + made
            claim = tokens + clock.base_tokens + (jobs.output_tokens[job] - made) * (1.0 - self.grows)
            if self.used + claim > room and self.used > 0.0:
                return
            queue.popleft()
            self.used += claim
            self.prefilling.append([job, self._reuse(job, tokens), tokens])

    def _reuse(self, job: int, tokens: int) -> int:
        """Prompt tokens that need no work: found by hash in this replica's cache, or the stated share."""
        hashes = self.jobs.hashes[job] if self.jobs.hashes else ()
        if not hashes:
            return min(tokens - 1, int(self.hit * tokens))
        known, cached = 0, self.cached
        for block in hashes:
            if block not in cached:
                break
            cached.move_to_end(block)
            known += 1
        for block in hashes[known:]:
            cached[block] = None
        room = max(0, int((self.clock.pool_tokens - self.used) / self.jobs.block_tokens)) + len(hashes)
        while len(cached) > room:
            cached.popitem(last=False)
        found = min(tokens - 1, known * self.jobs.block_tokens)
        self.jobs.reused_tokens += found
        return found

    def _prefill_step(self) -> None:
        """One step: chunks of prompts, and a token for each running sequence where the engine mixes them."""
        clock = self.clock
        n = len(self.live) if clock.mixed else 0
        left = budget = max(1, clock.budget - n)
        weighted, ends = 0.0, 0
        for entry in self.prefilling:
            _, known, tokens = entry
            take = tokens - known
            if take > left:
                entry[1] = known + left
                weighted += left * (2.0 * known + left)
                left = 0
                break
            weighted += take * (2.0 * known + take)
            left -= take
            ends += 1
            if not left:
                break
        chunk = budget - left
        plain = clock.decode_s(n, self.context / n if n else 0.0)
        took = plain + clock.extra_s(n, chunk, weighted / chunk)
        self.now += took
        self.busy_s += took
        if n:
            self._count(n, 1, took)
        for job, _, tokens in self.prefilling[:ends]:
            self._first_token(job, tokens, plain, took)
        del self.prefilling[:ends]
        if self.heap and self.heap[0][0] <= self.steps:
            self._finish()

    def _first_token(self, job: int, tokens: int, step_s: float, took: float) -> None:
        clock, jobs = self.clock, self.jobs
        left = jobs.output_tokens[job] - self.made.get(job, 0)
        if job not in self.made:
            chunks = ceil(tokens / clock.budget)
            # Of k chunks the last leaves p stages after k + p - 1 turns.
            own = clock.own * (chunks + clock.stages - 1.0) / chunks
            late = clock.fixed_s + hypot(clock.launch_s, took) - took
            late += (own - 1.0) * clock.prompt_s_per_token * tokens
            late += (clock.steps_extra + clock.balance_steps) * step_s
            late += (clock.first - 1.0) * (self.now + late - jobs.arrival_s[job])
            jobs.late_s[job] = late
            jobs.first_s[job] = self.now + late
        entry = (self.steps + left - 1, job, tokens + 1 - self.steps)
        self.live[job] = entry
        heappush(self.heap, entry)
        self.context += tokens + 1
        self.used += self.grows

    def _decode_stride(self, until_s: float) -> None:
        """Plain decode steps up to the next event: an end, the given time, or a full cache."""
        clock, n = self.clock, len(self.live)
        count = self.heap[0][0] - self.steps
        room = (clock.pool_tokens - self.used) / n
        if room < count and not clock.reserves:
            count = int(room)
            if count < 1:
                self._preempt()
                return
        mean, left_s = self.context / n, until_s - self.now
        one = clock.decode_s(n, mean)
        if one * count > left_s:
            count = min(count, ceil(left_s / one))
        if count > 1:
            one = clock.decode_s(n, mean + 0.5 * (count - 1))
        took = one * count
        self.now += took
        self.busy_s += took
        self._count(n, count, took)
        if self.heap[0][0] <= self.steps:
            self._finish()

    def _count(self, n: int, steps: int, took: float) -> None:
        """Book `steps` decode steps of `n` sequences and the gaps between their tokens."""
        tokens, gaps = n * steps, self.gaps
        self.steps += steps
        self.context += tokens
        self.used += tokens * self.grows
        bucket = int(log(took / steps) / LOG_STEP)
        gaps[bucket] = gaps.get(bucket, 0) + tokens

    def _finish(self) -> None:
        heap, steps = self.heap, self.steps
        while heap and heap[0][0] <= steps:
            entry = heappop(heap)
            self._release(entry)
            self.load -= 1
            self.jobs.finish_s[entry[1]] = self.now + self.jobs.late_s[entry[1]]

    def _preempt(self) -> None:
        """The youngest sequence gives its cache back and starts over from its prompt and what it has made."""
        self.meter.add(len(self.heap) // LOOKED_AT)
        entry = next(reversed(self.live.values()))
        self.heap.remove(entry)
        heapify(self.heap)
        job, held = entry[1], self._release(entry)
        self.made[job] = held - self.jobs.input_tokens[job]
        self.jobs.preempted[job] += 1
        self.queue.appendleft(job)

    def _release(self, entry: Sequenced) -> int:
        """Give back the cache of a sequence; the tokens that it held."""
        del self.live[entry[1]]
        held = entry[2] + self.steps
        self.context -= held
        self.used -= held + self.clock.base_tokens
        return held
