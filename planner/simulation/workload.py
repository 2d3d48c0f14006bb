"""The requests of a run: drawn from stated traffic, or those of a trace."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from planner.errors import TrafficError
from planner.load.demand import Demand
from planner.request.request import Request
from planner.simulation.replica import Jobs
from planner.traffic.arrivals import arrivals, bounded
from planner.traffic.lengths import drifting, fitted, sample
from planner.words import counted

if TYPE_CHECKING:
    from planner.traffic.traces import Trace


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


def generated(request: Request, seconds: float, seed: int, context: int | None = None) -> JobSource:
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
    source = f"drawn with seed {seed} from the stated traffic"
    isl, osl, cut = fitted(isl, osl, float(context or np.inf))
    return JobSource(_jobs(times, isl, osl), source, len(times), {}, int(cut.sum()), seed, seconds)


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
    columns = (np.asarray(times, dtype=float).tolist(), np.asarray(isl, dtype=np.int64).tolist())
    return Jobs(*columns, np.asarray(osl, dtype=np.int64).tolist(), hashes, block_tokens)
