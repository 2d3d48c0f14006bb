"""One thread runs the jobs of all widgets: in each lane only the newest one, lanes in a fixed order.

A job gives way at the checkpoints of the planner: it ends there as soon as a job before it waits, and is run again
after that one.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Any, Protocol

from planner.frozen import dataclass
from planner.progress import leaving

LANES = (
    "first", "plan", "details", "write", "quant", "why", "money", "catalog", "verify", "pins", "vary", "wider", "run",
)  # fmt: skip
# Each file that was asked for is written.
ALL_RUN = ("write",)
# Files are written once.
NEVER_LEFT = ("write", "run")
# The first answer goes before all, and mostly comes while keys are held down: a newer one ends it after so long [s].
FIRST_S = 0.5
# Others of these jobs are asked for while one runs; it is too short to be begun anew for each.
ENDED_FIRST = ("details",)
Job = Callable[[], Any]
Deliver = Callable[[str, Any], None]
# Plans and what belongs to them; simulated runs, which go on beside them.
PLANS, RUNS = "plans", "runs"
NAME = "compute"


@dataclass(frozen=True, slots=True)
class Failure:
    """One line about what is wrong."""

    text: str


class GivesWayError(Exception):
    """A job ends here because another one goes before it."""


class Lanes(Protocol):
    """Where jobs are run: a thread here, or one of another process."""

    def submit(self, lane: str, job: Job) -> None:
        """A newer job of a lane replaces one that has not begun."""

    def cancel(self, lane: str) -> None:
        """Drop what waits in a lane, and the outcome of what runs there."""

    def telling(self, lane: str) -> Callable[[Any], None]:
        """For a job that says how far it is, see `Compute.telling`."""

    @property
    def idle(self) -> bool:
        """Whether nothing waits and nothing runs."""

    def close(self) -> None:
        """Take no more jobs."""


Opened = Callable[[str, Deliver], Lanes]


class Compute:
    """Runs jobs off the event loop and hands (lane, outcome) to `deliver`, from its thread; tells `rested` when it has
    none left."""

    def __init__(self, deliver: Deliver, rested: Callable[[], None] = lambda: None) -> None:
        self._deliver, self._rested = deliver, rested
        self._waiting: dict[str, Job] = {}
        # Of lanes whose jobs are all run: those after the one that waits.
        self._behind: dict[str, list[Job]] = {lane: [] for lane in ALL_RUN}
        self._cancelled: dict[str, int] = {}
        self._ready = threading.Condition()
        self._open, self._busy = True, False
        self._thread = threading.Thread(target=self._run, name=NAME, daemon=True)
        self._thread.start()

    def submit(self, lane: str, job: Job) -> None:
        """A newer job of a lane replaces one that has not begun; of ALL_RUN it comes after that."""
        with self._ready:
            if lane in ALL_RUN and lane in self._waiting:
                self._behind[lane].append(job)
            else:
                self._waiting[lane] = job
            self._ready.notify()

    def cancel(self, lane: str) -> None:
        """Drop what waits in a lane, and the outcome of what runs there."""
        with self._ready:
            self._waiting.pop(lane, None)
            self._behind.get(lane, []).clear()
            self._cancelled[lane] = self._cancelled.get(lane, 0) + 1

    def _giving_way(self, lane: str, count: int) -> Callable[[], None]:
        """For the job of a lane that was cancelled `count` times: raises GivesWayError where one of an earlier lane or
        a newer one waits, once the lane was cancelled, and where nobody wants any more."""
        before = () if lane in NEVER_LEFT else LANES[: LANES.index(lane) + (lane not in ENDED_FIRST)]
        until = time.monotonic() + FIRST_S if lane == "first" else 0.0

        def check() -> None:
            with self._ready:
                waits = any(name in self._waiting for name in before) and time.monotonic() > until
                if waits or not self._open or self._cancelled.get(lane, 0) != count:
                    raise GivesWayError

        return check

    def telling(self, lane: str) -> Callable[[Any], None]:
        """For a job that says how far it is: delivers a value, and raises GivesWayError once the lane was cancelled."""
        count = self._cancelled.get(lane, 0)

        def tell(value: Any) -> None:
            with self._ready:
                if not self._open or self._cancelled.get(lane, 0) != count:
                    raise GivesWayError
            self._deliver(lane, value)

        return tell

    @property
    def idle(self) -> bool:
        """Whether nothing waits and nothing runs."""
        with self._ready:
            return not (self._waiting or self._busy)

    def close(self) -> None:
        with self._ready:
            self._open = False
            self._waiting.clear()
            self._ready.notify()

    def _next(self) -> tuple[str, Job, int] | None:
        with self._ready:
            self._busy = False
            rests = not self._waiting
        if rests:
            self._rested()
        with self._ready:
            while self._open and not self._waiting:
                self._ready.wait()
            if not self._open:
                return None
            self._busy = True
            lane = next(name for name in LANES if name in self._waiting)
            job = self._waiting.pop(lane)
            if self._behind.get(lane):
                self._waiting[lane] = self._behind[lane].pop(0)
            return lane, job, self._cancelled.get(lane, 0)

    def _run(self) -> None:
        while (job := self._next()) is not None:
            lane, work, cancelled = job
            try:
                with leaving(self._giving_way(lane, cancelled)):
                    outcome = _outcome(work)
            except GivesWayError:
                self._again(lane, work, cancelled)
                continue
            with self._ready:
                wanted = self._open and self._cancelled.get(lane, 0) == cancelled
            if wanted:
                self._deliver(lane, outcome)

    def _again(self, lane: str, work: Job, cancelled: int) -> None:
        """Put a job that gave way back, unless nobody wants it any more."""
        with self._ready:
            if self._open and self._cancelled.get(lane, 0) == cancelled:
                self._waiting.setdefault(lane, work)


def in_a_thread(_name: str, deliver: Deliver) -> Lanes:
    """Lanes in this process."""
    return Compute(deliver)


def finish(seconds: float) -> None:
    """Wait for at most so long [s] until closed threads have left their job.

    Where the interpreter ends one within a library, the process dies of a signal.
    """
    for thread in threading.enumerate():
        if thread.name == NAME:
            thread.join(seconds)


def _outcome(work: Job) -> Any:
    from planner.errors import PlannerError

    try:
        return work()
    except GivesWayError:
        raise
    except PlannerError as error:
        return Failure(str(error))
    except Exception as error:  # a job must not end the thread: the next keys need it
        return Failure(f"internal error: {type(error).__name__}: {error}")
