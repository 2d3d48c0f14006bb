"""The requests of a run: drawn from stated traffic, or those of a trace."""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from dataclasses import replace
from functools import cached_property
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from planner.errors import TrafficError
from planner.formulas.types import Array
from planner.frozen import dataclass
from planner.load.demand import Demand
from planner.request.request import Request
from planner.simulation.jobs import Jobs, floats, wholes
from planner.simulation.sample import dealt
from planner.traffic.arrivals import arrivals, bounded
from planner.traffic.lengths import drifting, fitted, sample
from planner.words import counted

if TYPE_CHECKING:
    from planner.traffic.traces import Trace

# Arrivals [s], input and output tokens.
Lengths = tuple["array[float]", "array[int]", "array[int]"]


@dataclass(frozen=True)
class JobSource:
    """Requests to run: the jobs, rows of a file that are no requests by name, and where they came from; `cut` of the
    requests were longer than the model's context; `seed`, `seconds`: of what was drawn."""

    jobs: Jobs
    source: str
    rows: int
    named: dict[str, int]
    cut: int = 0
    seed: int | None = None
    seconds: float | None = None

    def first(self, requests: int) -> JobSource:
        """The first so many requests, of all that arrive, without hashes of a trace."""
        jobs, n = self.jobs, requests
        kept = Jobs(jobs.arrival_s[:n], jobs.input_tokens[:n], jobs.output_tokens[:n])
        source = f"{self.source}, the first {counted(len(kept), 'request')}"
        return replace(self, jobs=kept, rows=len(kept), source=source)


@dataclass(frozen=True)
class Draw:
    """Requests that were drawn, in order of arrival [s], with their tokens, and which of them were `cut`."""

    arrival_s: Array
    input_tokens: Array
    output_tokens: Array
    cut: Array
    seed: int
    seconds: float

    def jobs(self, share: float = 1.0) -> JobSource:
        """Jobs of all requests, or of those that are dealt to replicas which get `share` of them."""
        asked, cut = self._all if share >= 1.0 else self._asked(dealt(len(self.arrival_s), share))
        source = f"drawn with seed {self.seed} from the stated traffic"
        return JobSource(Jobs(*asked), source, len(asked[0]), {}, cut, self.seed, self.seconds)

    @cached_property
    def _all(self) -> tuple[Lengths, int]:
        return self._asked(np.ones(len(self.arrival_s), dtype=bool))

    def _asked(self, mine: Array) -> tuple[Lengths, int]:
        """What some of the requests ask, which runs read and do not change, and how many of these were cut."""
        times, isl, osl = (column[mine] for column in (self.arrival_s, self.input_tokens, self.output_tokens))
        return (floats(times), wholes(isl), wholes(osl)), int(self.cut[mine].sum())


def generated(request: Request, seconds: float, seed: int, context: int | None = None) -> JobSource:
    """All requests of `drawn`."""
    return drawn(request, seconds, seed, context).jobs()


def drawn(request: Request, seconds: float, seed: int, context: int | None = None) -> Draw:
    """Arrivals and lengths drawn from the request's traffic, cut to `context` tokens; the same seed gives the same
    requests. Raises TrafficError where none arrives, or too much would be drawn."""
    rng = np.random.default_rng(seed)
    times = arrivals(request.traffic, seconds, rng)
    if not len(times):
        rate = request.traffic.rate_per_s
        raise TrafficError(
            f"traffic.rate_per_s: no request arrives within {seconds:g} s at {rate:g} a second; "
            f"100 are expected within {100.0 / rate:.3g} s, or at {100.0 / seconds:.3g} a second"
        )
    demand = Demand.of(request)
    t = request.traffic
    if any(t.drift):
        bounded(10.0 * seconds, "drift_s", t)
    slow = drifting(times, t.drift, t.drift_s, rng) if any(t.drift) else None
    isl, osl = sample(demand.input, demand.output, demand.correlation, len(times), rng, slow)
    return Draw(times, *fitted(isl, osl, float(context or np.inf)), seed, seconds)


def from_trace(trace: Trace, source: str, *, rate_per_s: float | None = None, context: int | None = None) -> JobSource:
    """The requests of a trace, cut to `context` tokens; `rate_per_s` stretches or squeezes its time to that mean
    rate."""
    times = trace.arrival_s
    if rate_per_s is not None and trace.seconds > 0:
        times = times * (len(trace) / trace.seconds / rate_per_s)
    blocks = trace.hashes.tolist()
    starts = trace.starts.tolist()
    hashes = [blocks[a:b] for a, b in pairwise(starts)] if trace.has_prefixes else []
    isl, osl, cut = fitted(trace.input_tokens, trace.output_tokens, float(context or np.inf))
    jobs = _jobs(times, isl, osl, hashes, int(trace.block_tokens))
    return JobSource(jobs, source, trace.rows, dict(trace.named), int(cut.sum()))


def _jobs(
    times: Sequence[float], isl: Sequence[float], osl: Sequence[float], hashes: Sequence[Sequence[int]] = (),
    block_tokens: int = 512,
) -> Jobs:  # fmt: skip
    return Jobs.of(times, isl, osl, hashes, block_tokens)
