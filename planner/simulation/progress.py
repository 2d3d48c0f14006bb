"""The state of a simulation while it runs."""

from __future__ import annotations

import numpy as np

from planner.frozen import dataclass
from planner.simulation.jobs import Jobs
from planner.simulation.spread import LatencySpread, spread

WINDOW = 4000


@dataclass(frozen=True, slots=True)
class Glance:
    """State of a run: requests sent of all, simulated time [s], how many wait and how many are being answered, and
    percentiles over the last WINDOW requests that reached that point [s], NaN while there are none. Once all were sent
    the run has ended, and `spread` is that of the whole."""

    sent: int
    requests: int
    at_s: float
    waiting: int
    answering: int
    ttft_p50_s: float
    ttft_p95_s: float
    tpot_p95_s: float
    spread: LatencySpread | None = None


def glance(jobs: Jobs, sent: int) -> Glance:
    """`sent`: requests that were given to replicas so far."""
    if not sent:
        return Glance(0, len(jobs), 0.0, 0, 0, np.nan, np.nan, np.nan)
    first, finish = (np.array(column[:sent], dtype=float) for column in (jobs.first_s, jobs.finish_s))
    begun, ended = np.isfinite(first), np.isfinite(finish)
    late = slice(max(0, sent - WINDOW), sent)
    ttft = (first - np.array(jobs.arrival_s[:sent]))[late][begun[late]]
    tokens = np.array(jobs.output_tokens[:sent], dtype=float)[late]
    whole = ended[late] & (tokens > 1)
    tpot = ((finish - first)[late] / np.maximum(tokens - 1.0, 1.0))[whole]
    return Glance(
        sent, len(jobs), float(jobs.arrival_s[sent - 1]), int((~begun & ~ended).sum()), int((begun & ~ended).sum()),
        _percentile(ttft, 50.0), _percentile(ttft, 95.0), _percentile(tpot, 95.0),
        spread(jobs) if sent == len(jobs) else None,
    )  # fmt: skip


def _percentile(values: np.ndarray, q: float) -> float:
    return float(np.percentile(values, q)) if len(values) else float("nan")
