"""What became of the requests of a run."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import cached_property

import numpy as np

from planner.formulas.percentiles import percentiles
from planner.formulas.types import Array
from planner.frozen import dataclass

# Requests of the first share of the time are in no percentile.
WARM_UP = 0.05
EARLY, LATE = (0.2, 0.4), (0.8, 1.0)
# Growth of the waits that is no backlog: shares of a request's own time and of the span.
OWN_SHARE, SPAN_SHARE = 0.25, 0.005
# Percentile of the waits that are short where the queue is empty at times.
SHORT = 10.0
# Where all wait alike, the tenth is the median but for the last digits of times late in a run.
ROUNDING = 1e-6


@dataclass(frozen=True)
class Outcome:
    """What became of N requests [s], NaN where it did not come to it; all counts add up to N.

    waited_s: until the first token; of a request that had none when the run ended, how long it had waited by then.
    """

    arrival_s: Array
    ttft_s: Array
    waited_s: Array
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
        return self.between(share, 1.0)

    @property
    def served(self) -> int:
        return int(np.isfinite(self.e2e_s).sum())

    def between(self, low: float, high: float) -> Outcome:
        """The requests that arrived between two shares of the time."""
        if not len(self.arrival_s):
            return self
        first, last = self.arrival_s[0], self.arrival_s[-1]
        begin, end = (first + share * (last - first) for share in (low, high))
        return self._only((self.arrival_s >= begin) & (self.arrival_s <= end))

    def _only(self, kept: Array) -> Outcome:
        names = ("arrival_s", "ttft_s", "waited_s", "tpot_s", "e2e_s", "output_tokens")
        return replace(self, **{name: getattr(self, name)[kept] for name in names})

    @cached_property
    def backlog_s(self) -> float:
        """How much longer the requests of the last fifth of the time waited for their first token than those of the
        second fifth [s], by the medians: the first fifth fills the replicas. Where some never ended, the longest wait
        less the shortest one, which is the least that waits have grown by."""
        if self.unfinished and np.isfinite(self.waited_s).any():
            return float(np.nanmax(self.waited_s) - np.nanmin(self.waited_s))
        before, after = (part.percentile("waited", 50.0) for part in (self._early, self._late))
        return max(0.0, after - before) if np.isfinite(before) and np.isfinite(after) else 0.0

    @property
    def sustained(self) -> bool:
        """Whether all requests that were taken ended, and waits did not grow by more than they come and go: by the
        wait of before, a quarter of a request's own time, or a small share of the span. Nor may the shortest tenth of
        the waits at the end be longer than most were before: a queue that is worked off is empty at times."""
        if self.unfinished:
            return False
        early, late = self._early, self._late
        wait, whole = (early.percentile(metric, 50.0) for metric in ("ttft", "e2e"))
        if late.percentile("ttft", SHORT) > (1.0 + ROUNDING) * wait + OWN_SHARE * (whole - wait):
            return False
        span = float(np.ptp(self.arrival_s)) if len(self.arrival_s) else 0.0
        return self.backlog_s <= float(np.nanmax([wait, OWN_SHARE * whole, SPAN_SHARE * span]))

    @cached_property
    def _early(self) -> Outcome:
        return self.between(*EARLY)

    @cached_property
    def _late(self) -> Outcome:
        return self.between(*LATE)

    def percentile(self, metric: str, q: float) -> float:
        """One of `percentiles`."""
        return self.percentiles(metric, [q])[0]

    def percentiles(self, metric: str, levels: Sequence[float]) -> list[float]:
        """Percentiles of ttft, tpot, e2e over served requests, of waited over all that were taken, or of itl over
        tokens; NaN where there are none. Each is worked out once."""
        known = self._known
        new = [q for q in levels if (metric, q) not in known]
        if new:
            known.update(zip([(metric, q) for q in new], self._percentiles(metric, new), strict=True))
        return [known[metric, q] for q in levels]

    @cached_property
    def _known(self) -> dict[tuple[str, float], float]:
        return {}

    def _percentiles(self, metric: str, levels: Sequence[float]) -> list[float]:
        if metric == "itl":
            return weighted_percentiles(self.itl_s, self.itl_tokens, levels)
        values = getattr(self, f"{metric}_s")
        values = values[np.isfinite(values)]
        return percentiles(values, levels) if len(values) else [float("nan")] * len(levels)

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


def weighted_percentiles(values: Array, weights: Array, levels: Sequence[float]) -> list[float]:
    """Of values in order, each as often as its weight; NaN where there are none."""
    if not len(values):
        return [float("nan")] * len(levels)
    share = np.cumsum(weights) / weights.sum()
    return [float(values[int(np.searchsorted(share, q / 100.0))]) for q in levels]
