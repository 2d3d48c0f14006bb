"""What became of the requests of a run, once it has ended."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from planner.formulas.types import Array
from planner.simulation.jobs import Jobs, times
from planner.simulation.kernel.tables import LOG_STEP, NO_GAP
from planner.simulation.outcome import Outcome

if TYPE_CHECKING:
    from planner.simulation.kernel.replica import SimulatedReplica
    from planner.simulation.kernel.tables import Requests


def span_s(jobs: Jobs, end_s: float) -> float:
    """Until the last answer ended; until the run did, at `end_s`, where some had not."""
    finish = np.asarray(jobs.finish_s)
    left = np.isnan(finish) & ~np.array(jobs.refused, dtype=bool)
    last = jobs.arrival_s[-1] if len(jobs) else 0.0
    return end_s if left.any() else float(np.max(finish, initial=last, where=np.isfinite(finish)))


def outcome_of(
    jobs: Jobs, requests: Requests, replicas: Sequence[SimulatedReplica], *, end_s: float, makespan_s: float,
    paid_s: float, replicas_most: int,
) -> Outcome:  # fmt: skip
    """`replicas`: all that ever were up; paid_s: seconds of replicas."""
    tokens = np.asarray(requests.gap_tokens)
    gaps = np.flatnonzero(tokens)
    buckets = (gaps - NO_GAP).astype(float)
    ended = int(np.isfinite(jobs.finish_s).sum())
    busy_s = sum(min(r.busy_s, makespan_s) for r in replicas)
    refused = int(np.sum(jobs.refused))
    return Outcome(
        **times(jobs),
        waited_s=_waited_s(jobs, end_s),
        itl_s=np.exp((buckets + 0.5 * np.sign(buckets)) * LOG_STEP),
        itl_tokens=tokens[gaps].astype(float),
        output_tokens=np.array(jobs.output_tokens, dtype=float),
        refused=refused,
        unfinished=len(jobs) - ended - refused,
        preempted=int(np.sum(jobs.preempted)),
        retried=int(np.sum(jobs.retried)),
        reused_tokens=requests.reused_tokens,
        busy_share=busy_s / max(1e-9, makespan_s * len(replicas)),
        makespan_s=makespan_s,
        replicas_most=replicas_most,
        replica_hours=max(paid_s, 1e-9) / 3600.0,
    )


def _waited_s(jobs: Jobs, end_s: float) -> Array:
    """Seconds until the first token, or until the run ended; NaN for what was refused."""
    first = np.array(jobs.first_s)
    waited = np.where(np.isfinite(first), first, end_s) - np.array(jobs.arrival_s)
    return np.where(np.array(jobs.refused, dtype=bool), np.nan, waited)
