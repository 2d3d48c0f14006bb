"""What a simulation counts with: step times as tables, the columns of its requests, and its meter of steps."""

from __future__ import annotations

import math
from array import array
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from planner.simulation.clock import Clock
    from planner.simulation.jobs import Jobs

# Logarithms of all finite numbers are within this many LOG_STEP of nothing.
LOG_STEP, NO_GAP = 0.02, 37_500


class OverError(Exception):
    """A meter has counted more than it may."""


class Meter:
    """Steps that one simulation has taken, and how many it may take.

    A step is one turn of a replica's loop: a step of the engine with prompts, or a stretch of plain decode steps that
    nothing interrupts.
    """

    def __init__(self, most: float = float("inf"), steps: int = 0) -> None:
        self.most, self.steps = most, steps

    def add(self, steps: int) -> None:
        """Book work that is no step of a replica. Raises OverError."""
        self.steps += steps
        if self.steps > self.most:
            raise OverError


class StepTables:
    """Step times of a `Clock` [s], and what its engine and memory allow."""

    def __init__(self, clock: Clock) -> None:
        self.decode, self.extra, self.place, self.share = clock.decode, clock.extra, clock.place, clock.share
        self.contexts, self.chunks = clock.contexts, clock.chunks
        self.slots, self.budget, self.mixed, self.reserves = clock.slots, clock.budget, clock.mixed, clock.reserves
        self.pool_tokens, self.base_tokens, self.longest = clock.pool_tokens, clock.base_tokens, clock.longest
        self.fixed_s, self.launch_s, self.first, self.own = clock.fixed_s, clock.launch_s, clock.first, clock.own
        self.stages, self.steps_extra, self.balance_steps = clock.stages, clock.steps_extra, clock.balance_steps
        self.prompt_s_per_token = clock.prompt_s_per_token
        # Stretches of contexts, of tokens seen and of chunks that were asked about last; the next are near them.
        self.at, self.at_seen, self.at_chunk = 0, 0, 0

    def stretch(self, context: float, i: int) -> int:
        """Between which two of `contexts` it lies; looked for from `i` on."""
        while i + 2 < len(self.contexts) and context >= self.contexts[i + 1]:
            i += 1
        while i > 0 and context < self.contexts[i]:
            i -= 1
        return i

    def decode_s(self, n: int, context: float) -> float:
        """Seconds of a step of `n` sequences that hold `context` tokens each on average."""
        self.at = i = self.stretch(context, self.at)
        low = self.contexts[i]
        at = 2 * (n * (len(self.contexts) - 1) + i)
        return self.decode[at] + self.decode[at + 1] * (context - low) / (3.0 * low)

    def extra_s(self, n: int, chunk: int, seen: float) -> float:
        """Seconds that a chunk of `chunk` prompt tokens, which see `seen` / 2 tokens on average, adds."""
        self.at_seen = j = self.stretch(seen, self.at_seen)
        i, chunks = self.at_chunk, self.chunks
        while i + 2 < len(chunks) and chunk >= chunks[i + 1]:
            i += 1
        while i > 0 and chunk < chunks[i]:
            i -= 1
        self.at_chunk = i
        start, wide = self.contexts[j], len(self.contexts)
        v, high, at = (seen - start) / (3.0 * start), self.share[n], (self.place[n] * len(chunks) + i) * wide + j
        low = self.corner(at, high)
        low = low + (self.corner(at + 1, high) - low) * v
        up = self.corner(at + wide, high)
        up = up + (self.corner(at + wide + 1, high) - up) * v
        return low + (up - low) * (chunk - chunks[i]) / chunks[i]

    def corner(self, at: int, high: float) -> float:
        """`extra` at a place of its table, `high` of the way to the next batch."""
        a = self.extra[at]
        return a + (self.extra[at + len(self.chunks) * len(self.contexts)] - a) * high


class Requests:
    """The columns of `Jobs`, and where each request stands at its replica."""

    def __init__(self, jobs: Jobs) -> None:
        none = bytes(8 * len(jobs.arrival_s))
        self.arrival_s, self.input_tokens, self.output_tokens = jobs.arrival_s, jobs.input_tokens, jobs.output_tokens
        self.first_s, self.finish_s, self.late_s = jobs.first_s, jobs.finish_s, jobs.late_s
        self.preempted, self.refused = jobs.preempted, jobs.refused
        self.hashes, self.block_tokens, self.reused_tokens = jobs.hashes, jobs.block_tokens, 0
        self.after = array("q", none)  # the next one in the same queue
        self.known, self.todo = array("q", none), array("q", none)  # prompt tokens done, and to do
        self.held = array("q", none)  # tokens of one that decodes less the steps taken
        self.end = array("q", none)  # decode step at which it ends
        self.older, self.younger = array("q", none), array("q", none)  # those that began to decode before and after
        self.made = array("q", none)  # tokens made before a preemption
        self.gap_tokens: array[int] = array("q", bytes(16 * NO_GAP))  # tokens by the log bucket of the gap before them
        self.gaps = self.gap_tokens

    def book(self, gap_s: float, tokens: int) -> None:
        """Count tokens that came `gap_s` seconds after those before them."""
        at = int(math.log(gap_s) / LOG_STEP)
        self.gaps[NO_GAP + at] += tokens
