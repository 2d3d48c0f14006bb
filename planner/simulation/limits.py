"""Whether a run can still keep its limits: told while it goes on, so that one that cannot is not run to its end."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from planner.formulas.types import Array
from planner.progress import Progress
from planner.request.request import sla_key
from planner.simulation.jobs import Jobs
from planner.simulation.outcome import WARM_UP

# A run is looked at so often, but not more often than every so many requests.
LOOKS, EVERY = 64, 500
# A run seems to hold where after a share of its requests so little of what may miss a limit has, and so few still wait.
CLEAR_AFTER, CLEAR_SHARE, CLEAR_WAITING = 0.25, 0.5, 0.02


class BrokenError(Exception):
    """A limit on a percentile is broken, whatever is still to come."""


class ClearError(Exception):
    """So few requests have missed a limit so far that the run seems to hold."""


@dataclass
class Breach:
    """A run's progress that raises BrokenError as soon as more requests have missed a limit than may in the whole run.

    Requests that arrive while the replicas fill count for nothing. One that has waited for longer than a limit has
    missed it, whether it ends or not. `share`: of the requests that may miss a limit, those that are allowed to.
    `clear`: whether to raise ClearError where the run seems to hold; another one must tell then.
    """

    jobs: Jobs
    sla: Mapping[str, float]
    progress: Progress | None = None
    share: float = 1.0
    clear: bool = False
    _ended: int = 0  # requests before this one have all ended
    _missed: dict[str, int] = field(default_factory=dict, repr=False)  # what of these missed a limit

    def __call__(self, done: int, total: int) -> None:
        if done and done % max(EVERY, total // LOOKS // EVERY * EVERY) == 0:
            self._look(done)
        if self.progress is not None:
            self.progress(done, total)

    def _look(self, done: int) -> None:
        seen, count = _Seen.of(self.jobs, self._ended, done), len(self.jobs.arrival_s)
        counted, cold = count - self._warm_from, max(0, self._warm_from - self._ended)
        clear = self.clear and done >= CLEAR_AFTER * count and seen.waiting <= CLEAR_WAITING * done
        so_far, over = max(0, done - self._warm_from) / counted, seen.over
        for key, limit in self.sla.items():
            metric, percentile = sla_key(key)
            # A percentile between two requests counts as the lower one: two more must miss.
            if percentile == "mean":
                clear = False
            else:
                allowed = self.share * (1.0 - float(percentile[1:]) / 100.0) * counted + 2.0
                missed = seen.times(metric) > limit
                before = self._missed.get(key, 0)
                misses = before + int(np.count_nonzero(missed[cold:]))
                if misses >= allowed:
                    raise BrokenError(key)
                clear = clear and misses <= CLEAR_SHARE * so_far * allowed
                self._missed[key] = before + int(np.count_nonzero(missed[cold:over]))
        self._ended += over
        if clear:
            raise ClearError

    @cached_property
    def _warm_from(self) -> int:
        """The first request that counts."""
        arrival_s = self.jobs.arrival_s
        return bisect_left(arrival_s, arrival_s[0] + WARM_UP * (arrival_s[-1] - arrival_s[0]))


@dataclass
class _Seen:
    """Requests that had not all ended, in order of arrival [s]: the last of them comes now. NaN for what has not come
    yet."""

    arrival_s: Array
    first_s: Array
    finish_s: Array
    tokens: Array
    refused: Array

    @classmethod
    def of(cls, jobs: Jobs, begin: int, end: int) -> _Seen:
        columns = (jobs.arrival_s, jobs.first_s, jobs.finish_s, jobs.output_tokens, jobs.refused)
        arrival, first, finish, tokens, refused = (np.asarray(column)[begin:end] for column in columns)
        return cls(arrival, first, finish, tokens, refused != 0)

    @cached_property
    def ended(self) -> Array:
        return np.isfinite(self.finish_s)

    @property
    def over(self) -> int:
        """How many from the first on, one after the other, have ended or were refused."""
        over = self.ended | self.refused
        return int(over.argmin()) if not over.all() else len(over)

    @cached_property
    def begun(self) -> Array:
        return np.isfinite(self.first_s)

    @property
    def waiting(self) -> int:
        """How many have no first token."""
        return len(self.begun) - int(np.count_nonzero(self.begun))

    @cached_property
    def waited_s(self) -> Array:
        """How long they have been there; for ever where they were refused."""
        return np.where(self.refused, np.inf, self.arrival_s[-1] - self.arrival_s)

    def times(self, metric: str) -> Array:
        """TTFT, TPOT or end-to-end time [s]: how long they have waited where they have not come to it, NaN where there
        is no time between tokens."""
        if metric == "ttft":
            return np.where(self.begun, self.first_s - self.arrival_s, self.waited_s)
        if metric == "e2e":
            return np.where(self.ended, self.finish_s - self.arrival_s, self.waited_s)
        gaps = np.maximum(self.tokens - 1.0, 1.0)
        return np.where(self.tokens > 1, (self.finish_s - self.first_s) / gaps, np.nan)
