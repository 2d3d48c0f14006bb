"""Whether a run can still keep its limits: told while it goes on, so that one that cannot is not run to its end."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from planner.formulas.types import Array
from planner.progress import Progress
from planner.request.request import sla_key
from planner.simulation.jobs import Jobs, times
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
        arrival_s = self.jobs.arrival_s
        warm_s = arrival_s[0] + WARM_UP * (arrival_s[-1] - arrival_s[0])
        counted = len(arrival_s) - bisect_left(arrival_s, warm_s)
        seen = self._seen(done)
        warm, over = seen["arrival_s"] >= warm_s, _all_over(self.jobs, self._ended, done)
        clear = self.clear and done >= CLEAR_AFTER * len(arrival_s) and self._few_wait(done)
        so_far = max(0, done - (len(arrival_s) - counted)) / counted
        for key, limit in self.sla.items():
            metric, percentile = sla_key(key)
            # A percentile between two requests counts as the lower one: two more must miss.
            if percentile == "mean":
                clear = False
            else:
                allowed = self.share * (1.0 - float(percentile[1:]) / 100.0) * counted + 2.0
                missed = warm & (seen[f"{metric}_s"] > limit)
                before = self._missed.get(key, 0)
                misses = before + int(np.count_nonzero(missed))
                if misses >= allowed:
                    raise BrokenError(key)
                clear = clear and misses <= CLEAR_SHARE * so_far * allowed
                self._missed[key] = before + int(np.count_nonzero(missed[:over]))
        self._ended += over
        if clear:
            raise ClearError

    def _few_wait(self, done: int) -> bool:
        first_s = np.asarray(self.jobs.first_s)[self._ended : done]
        return int(np.count_nonzero(~np.isfinite(first_s))) <= CLEAR_WAITING * done

    def _seen(self, done: int) -> dict[str, Array]:
        """Times of the requests up to `done` that had not all ended [s]; how long they have waited, where they have
        not come to it."""
        mine = slice(self._ended, done)
        seen, now_s = times(self.jobs, mine), self.jobs.arrival_s[done - 1]
        first_s = np.asarray(self.jobs.first_s)[mine]
        waited_s = np.where(np.asarray(self.jobs.refused)[mine], np.inf, now_s - seen["arrival_s"])
        seen["ttft_s"] = np.where(np.isfinite(first_s), first_s - seen["arrival_s"], waited_s)
        seen["e2e_s"] = np.where(np.isfinite(seen["e2e_s"]), seen["e2e_s"], waited_s)
        return seen


def _all_over(jobs: Jobs, first: int, upto: int) -> int:
    """How many requests from `first` on, one after the other, have ended or were refused."""
    ended = np.isfinite(np.asarray(jobs.finish_s)[first:upto])
    over = ended | np.array(np.asarray(jobs.refused)[first:upto], dtype=bool)
    return int(over.argmin()) if not over.all() else len(over)
