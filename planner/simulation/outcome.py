"""What became of the requests of a run."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from planner.formulas.types import Array


@dataclass(frozen=True)
class Outcome:
    """What became of N requests [s], NaN where it did not come to it; all counts add up to N."""

    arrival_s: Array
    ttft_s: Array
    tpot_s: Array
    e2e_s: Array
    itl_s: Array
    itl_tokens: Array
    output_tokens: Array
    refused: int
    unfinished: int
    preempted: int
    retried: int
    reused_tokens: int
    busy_share: float
    makespan_s: float
    replicas_most: int
    replica_hours: float

    def after(self, share: float) -> Outcome:
        """The requests that arrived after the first `share` of the time."""
        if not len(self.arrival_s):
            return self
        begin = self.arrival_s[0] + share * (self.arrival_s[-1] - self.arrival_s[0])
        kept = self.arrival_s >= begin
        names = ("arrival_s", "ttft_s", "tpot_s", "e2e_s", "output_tokens")
        return replace(self, **{name: getattr(self, name)[kept] for name in names})

    @property
    def served(self) -> int:
        return int(np.isfinite(self.e2e_s).sum())

    def percentile(self, metric: str, q: float) -> float:
        """Percentile of ttft, tpot, e2e over served requests, or of itl over tokens; NaN where there are none."""
        if metric == "itl":
            return weighted_percentile(self.itl_s, self.itl_tokens, q)
        values = getattr(self, f"{metric}_s")
        values = values[np.isfinite(values)]
        return float(np.percentile(values, q)) if len(values) else float("nan")

    def share_beyond(self, metric: str, limit: float) -> float:
        """Share of served requests whose `metric` is above `limit`."""
        values = getattr(self, f"{metric}_s")
        values = values[np.isfinite(values)]
        return float((values > limit).mean()) if len(values) else 0.0

    def mean(self, metric: str) -> float:
        values = getattr(self, f"{metric}_s")
        if metric == "itl":
            return float(values @ self.itl_tokens / self.itl_tokens.sum()) if len(values) else float("nan")
        values = values[np.isfinite(values)]
        return float(values.mean()) if len(values) else float("nan")


def weighted_percentile(values: Array, weights: Array, q: float) -> float:
    if not len(values):
        return float("nan")
    share = np.cumsum(weights) / weights.sum()
    return float(values[int(np.searchsorted(share, q / 100.0))])
