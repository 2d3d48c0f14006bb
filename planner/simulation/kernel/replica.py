"""One replica, step by step: admission by cache, chunked prompts beside decodes, preemption, prefix reuse.

Between two events nothing changes but the contexts, so runs of plain decode steps are taken in one stride.
"""

from __future__ import annotations

from collections import OrderedDict
from math import hypot

from .decoding import Decoding
from .tables import Meter, OverError, Requests, StepTables

WATERMARK = 0.01
# Sequences that are looked at when one is preempted, for the work of one step.
LOOKED_AT = 200


class SimulatedReplica:
    """The state of one engine; times in seconds, `now` at a step boundary."""

    def __init__(
        self, tables: StepTables, requests: Requests, meter: Meter, start_s: float = 0.0, hit: float = 0.0
    ) -> None:
        self.tables, self.requests, self.meter, self.hit = tables, requests, meter, hit
        self.grows = 0.0 if self.tables.reserves else 1.0  # tokens that each one made adds to what is used
        self.now, self.busy_s = start_s, 0.0
        self.queued, self.queue, self.queue_end = 0, 0, 0  # how many wait, the first and the last
        self.prefilling, self.prompt, self.prompt_end = 0, 0, 0  # how many are computed, the first and the last
        self.decoding = Decoding(requests)
        self.load = 0  # requests queued, prefilling and decoding
        self.steps, self.context, self.used = 0, 0, 0.0
        self.cached: OrderedDict[int, None] = OrderedDict()

    @property
    def due_s(self) -> float:
        """A time [s] before which the step that ends a sequence does not begin, so that the load cannot fall."""
        return self.due()

    def due(self) -> float:
        """`due_s`."""
        n = self.decoding.count
        if self.queued or self.prefilling or not n:
            return self.now
        # Steps take no less as contexts grow.
        steps = self.decoding.end - self.steps - 1
        return self.now + steps * self.tables.decode_s(n, self.context / n) if steps > 0 else self.now

    def submit(self, job: int, at_s: float) -> None:
        """Queue a request; one that could never fit is refused and named."""
        r, tables = self.requests, self.tables
        tokens = r.input_tokens[job] + r.output_tokens[job]
        if tokens + tables.base_tokens > tables.pool_tokens or tokens > tables.longest:
            r.refused[job] = 1
            return
        if not self.load:
            self.now = max(self.now, at_s)
        if self.queued:
            r.after[self.queue_end] = job
        else:
            self.queue = job
        self.queue_end = job
        self.queued += 1
        self.load += 1

    def advance(self, until_s: float) -> None:
        """Run steps until the clock has reached `until_s` or nothing is left to do."""
        meter = self.meter
        while self.now < until_s:
            meter.steps += 1
            if meter.steps > meter.most:
                raise OverError
            if self.queued:
                self.admit()
            if self.prefilling:
                self.prefill_step()
            elif self.decoding.count:
                self.decode_stride(until_s)
            else:
                return

    def drop_all(self) -> list[int]:
        """The replica is lost: every unfinished request starts anew elsewhere."""
        lost = self.decoding.jobs()
        for count, job in ((self.queued, self.queue), (self.prefilling, self.prompt)):
            for _ in range(count):
                lost.append(job)
                job = self.requests.after[job]
        for job in lost:
            self.requests.made[job] = 0
        self.decoding = Decoding(self.requests)
        self.cached.clear()
        self.queued, self.prefilling, self.load, self.context, self.used = 0, 0, 0, 0, 0.0
        return sorted(lost)

    def admit(self) -> None:
        """Admit in order of arrival while a slot and cache for the prompt (all of its output, too, where the engine
        reserves it) are free."""
        tables, r = self.tables, self.requests
        room = tables.pool_tokens * (1.0 - WATERMARK)
        while self.queued and self.decoding.count + self.prefilling < tables.slots:
            job = self.queue
            made = r.made[job]
            tokens = r.input_tokens[job] + made
            claim = tokens + tables.base_tokens + (r.output_tokens[job] - made) * (1.0 - self.grows)
            if self.used + claim > room and self.used > 0.0:
                return
            self.queue = r.after[job]
            self.queued -= 1
            self.used += claim
            r.known[job] = self.reuse(job, tokens)
            r.todo[job] = tokens
            if self.prefilling:
                r.after[self.prompt_end] = job
            else:
                self.prompt = job
            self.prompt_end = job
            self.prefilling += 1

    def reuse(self, job: int, tokens: int) -> int:
        """Prompt tokens that need no work: found by hash in this replica's cache, or the stated share."""
        r = self.requests
        if not r.hashes or not r.hashes[job]:
            found = int(self.hit * tokens)
            return min(tokens - 1, found)
        known, cached, hashes = 0, self.cached, r.hashes[job]
        for block in hashes:
            if block not in cached:
                break
            cached.move_to_end(block)
            known += 1
        for block in hashes[known:]:
            cached[block] = None
        room = max(0, int((self.tables.pool_tokens - self.used) / r.block_tokens)) + len(hashes)
        while len(cached) > room:
            cached.popitem(last=False)
        found = min(tokens - 1, known * r.block_tokens)
        r.reused_tokens += found
        return found

    def prefill_step(self) -> None:
        """One step: chunks of prompts, and a token for each running sequence where the engine mixes them."""
        tables, r = self.tables, self.requests
        n = self.decoding.count if tables.mixed else 0
        budget = max(1, tables.budget - n)
        left, weighted, ends, job = budget, 0.0, 0, self.prompt
        while left and ends < self.prefilling:
            known = r.known[job]
            take = r.todo[job] - known
            if take > left:
                r.known[job] = known + left
                weighted += left * (2.0 * known + left)
                left = 0
            else:
                weighted += take * (2.0 * known + take)
                left -= take
                ends += 1
                job = r.after[job]
        chunk = budget - left
        plain = tables.decode_s(n, self.context / n if n else 0.0)
        took = plain + tables.extra_s(n, chunk, weighted / chunk)
        self.now += took
        self.busy_s += took
        if n:
            self.count(n, 1, took)
        for _ in range(ends):
            job = self.prompt
            self.prompt = r.after[job]
            self.first_token(job, plain, took)
        self.prefilling -= ends
        self.finish()

    def first_token(self, job: int, step_s: float, took: float) -> None:
        """A prompt is computed: its first token is there, or the next one after a preemption."""
        tables, r = self.tables, self.requests
        tokens, made = r.todo[job], r.made[job]
        if not made:
            chunks = -(-tokens // tables.budget)
            # Of k chunks the last leaves p stages after k + p - 1 turns.
            own = tables.own * (chunks + tables.stages - 1.0) / chunks
            late = tables.fixed_s + hypot(tables.launch_s, took) - took
            late += (own - 1.0) * tables.prompt_s_per_token * tokens
            late += (tables.steps_extra + tables.balance_steps) * step_s
            late += (tables.first - 1.0) * (self.now + late - r.arrival_s[job])
            r.late_s[job] = late
            r.first_s[job] = self.now + late
        r.held[job] = tokens + 1 - self.steps
        self.decoding.add(job, self.steps + r.output_tokens[job] - made - 1)
        self.context += tokens + 1
        self.used += self.grows

    def decode_stride(self, until_s: float) -> None:
        """Plain decode steps up to the next event: an end, the given time, or a full cache."""
        tables, n = self.tables, self.decoding.count
        count = self.decoding.end - self.steps
        room = (tables.pool_tokens - self.used) / n
        if room < count and not tables.reserves:
            count = int(room)
            if count < 1:
                self.preempt()
                return
        mean, left_s = self.context / n, until_s - self.now
        one = tables.decode_s(n, mean)
        if one * count > left_s:
            some = int(left_s / one)
            count = min(count, some + 1 if some < left_s / one else some)
        if count > 1:
            one = tables.decode_s(n, mean + 0.5 * (count - 1))
        took = one * count
        self.now += took
        self.busy_s += took
        self.count(n, count, took)
        self.finish()

    def count(self, n: int, steps: int, took: float) -> None:
        """Book `steps` decode steps of `n` sequences and the gaps between their tokens."""
        tokens = n * steps
        self.steps += steps
        self.context += tokens
        self.used += tokens * self.grows
        self.requests.book(took / steps, tokens)

    def finish(self) -> None:
        """End the sequences whose last step was taken."""
        job = self.decoding.pop(self.steps)
        while job >= 0:
            self.release(job)
            self.load -= 1
            self.requests.finish_s[job] = self.now + self.requests.late_s[job]
            job = self.decoding.pop(self.steps)

    def preempt(self) -> None:
        """The youngest sequence gives its cache back and starts over from its prompt and what it has made."""
        r = self.requests
        self.meter.add(self.decoding.count // LOOKED_AT)
        job = self.decoding.youngest
        self.decoding.remove(job)
        r.made[job] = self.release(job) - r.input_tokens[job]
        r.preempted[job] += 1
        if self.queued:
            r.after[job] = self.queue
        else:
            self.queue_end = job
        self.queue = job
        self.queued += 1

    def release(self, job: int) -> int:
        """Give back the cache of a sequence; the tokens that it held."""
        held = self.requests.held[job] + self.steps
        self.context -= held
        self.used -= held + self.tables.base_tokens
        return held
