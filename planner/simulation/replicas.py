"""Many replicas under one stream of requests: routing, losses, automatic scaling."""

from __future__ import annotations

from bisect import bisect_left
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from planner.progress import Progress, checkpoint
from planner.simulation.chosen import Kernel, kernel
from planner.simulation.clock import Clock
from planner.simulation.ended import outcome_of, span_s
from planner.simulation.jobs import Jobs
from planner.simulation.outcome import Outcome
from planner.simulation.routing import LOAD, ROUTERS, Routing
from planner.simulation.work import LOOKED_AT, RunSteps, StepBudget, TooLongError

if TYPE_CHECKING:
    from planner.simulation.kernel.replica import SimulatedReplica
    from planner.simulation.kernel.router import LeastLoaded
    from planner.simulation.kernel.tables import Meter, Requests, StepTables

PROGRESS_EVERY = 500


@dataclass(frozen=True)
class Outage:
    """A replica that is lost at `at_s` and back `for_s` seconds later."""

    at_s: float
    for_s: float = 600.0


@dataclass(frozen=True)
class Scaling:
    """Replicas between `least` and `most`, so that each carries about `target` requests; a new one takes `delay_s`."""

    least: int
    most: int
    target: float
    delay_s: float = 120.0
    every_s: float = 15.0
    calm_s: float = 300.0


@dataclass(frozen=True)
class Setup:
    """Replicas, and how requests find theirs; `behind`: all replicas that share the traffic, where these are a sample
    of them."""

    replicas: int
    routing: Routing = "least_loaded"
    prefix_hit: float = 0.0
    losses: tuple[Outage, ...] = ()
    scaling: Scaling | None = None
    behind: int | None = None

    @property
    def share(self) -> float:
        """The share of all requests that these replicas get."""
        return self.replicas / (self.behind or self.replicas)


@dataclass
class _Fleet:
    kernel: Kernel
    tables: StepTables
    requests: Requests
    meter: Meter
    jobs: Jobs
    setup: Setup
    up: list[SimulatedReplica] = field(default_factory=list)
    gone: list[SimulatedReplica] = field(default_factory=list)
    coming: list[float] = field(default_factory=list)
    sent: int = 0  # requests
    turn: int = 0
    most: int = 0
    paid_s: float = 0.0
    paid_until_s: float = 0.0
    calm_since_s: float = 0.0
    kept: set[int] = field(default_factory=set)  # losses that found one replica alone and did not take it
    least: LeastLoaded | None = None  # of the replicas that are up, while these are the same

    def __post_init__(self) -> None:
        for _ in range(self.setup.replicas):
            self._start(0.0)

    def _start(self, at_s: float) -> None:
        self.least = None
        self.up.append(self.kernel.replica(self.tables, self.requests, self.meter, at_s, self.setup.prefix_hit))
        self.most = max(self.most, len(self.up))

    def advance(self, at_s: float) -> None:
        self.least = None
        for replica in self.up:
            replica.advance(at_s)

    def look(self, times: int) -> None:
        """Book that each replica that is up is looked at so often."""
        self.meter.add(times * len(self.up) // LOOKED_AT)

    def pay(self, at_s: float) -> None:
        self.paid_s += (at_s - self.paid_until_s) * (len(self.up) + len(self.coming))
        self.paid_until_s = at_s

    @property
    def idle(self) -> bool:
        return not any(replica.load for replica in self.up)

    def route(self, job: int, at_s: float) -> None:
        """Give a request to a replica."""
        if self.setup.routing == "least_loaded":
            self.router.submit(job, at_s)
            return
        hashes = self.jobs.hashes[job] if self.jobs.hashes else ()
        chosen = ROUTERS[self.setup.routing](self.up, self.turn, at_s, hashes)
        self.turn += 1
        chosen.submit(job, at_s)

    def route_upto(self, end: int) -> None:
        """Give the requests up to `end` to replicas, each as it comes."""
        if self.setup.routing == "least_loaded":
            self.router.submit_all(self.sent, end)
        else:
            for job in range(self.sent, end):
                self.route(job, self.jobs.arrival_s[job])
        self.sent = end

    @property
    def router(self) -> LeastLoaded:
        """That of the replicas that are up."""
        self.least = self.least or self.kernel.router(self.up)
        return self.least

    def lose(self, at_s: float, loss: int) -> None:
        """The busiest replica is lost; its requests are sent again. The last one is not taken."""
        self.advance(at_s)
        if len(self.up) < 2:
            self.kept.add(loss)
            return
        self.pay(at_s)
        victim = max(self.up, key=LOAD)
        self.up.remove(victim)
        self.gone.append(victim)
        for job in victim.drop_all():
            self.jobs.retried[job] += 1
            self.jobs.first_s[job] = float("nan")
            self.route(job, at_s)

    def back(self, at_s: float, loss: int) -> None:
        """What a loss took is back; for one that took none, none comes."""
        if loss in self.kept:
            return
        self.pay(at_s)
        self._start(at_s)

    def scale(self, at_s: float, rule: Scaling) -> None:
        """One look of the scaler: replicas wanted for the present load, more after a delay, fewer after a calm."""
        self.look(1)
        self.meter.add(1)
        self.advance(at_s)
        self.pay(at_s)
        while self.coming and self.coming[0] <= at_s:
            self.coming.pop(0)
            self._start(at_s)
        load = sum(r.load for r in self.up)
        wanted = int(np.clip(np.ceil(load / rule.target), rule.least, rule.most))
        have = len(self.up) + len(self.coming)
        if wanted >= have:
            self.calm_since_s = at_s
            self.coming += [at_s + rule.delay_s] * (wanted - have)
        elif at_s - self.calm_since_s >= rule.calm_s and len(self.up) > wanted:
            idle = next((r for r in self.up if not r.load), None)
            if idle is not None:
                self.up.remove(idle)
                self.gone.append(idle)


Event = tuple[float, int, Callable[[float], None]]


def simulate(
    clock: Clock,
    jobs: Jobs,
    setup: Setup,
    *,
    drain_s: float = 3600.0,
    progress: Progress | None = None,
    work: StepBudget | None = None,
) -> Outcome:
    """Run all requests through the replicas; those that have not ended `drain_s` after the last arrival are counted as
    unfinished. `progress` is called with (done, all) now and then. Raises TooLongError where the run needs more steps
    than `work` has left; without `work` there is no limit."""
    work = StepBudget(float("inf")) if work is None else work
    end_s = (jobs.arrival_s[-1] if len(jobs) else 0.0) + drain_s
    expected = expected_steps(clock, jobs, setup, end_s)
    parts = kernel()
    meter = parts.meter(work.begin(len(jobs), expected))
    try:
        fleet = _Fleet(parts, parts.tables(clock), parts.requests(jobs), meter, jobs, setup)
        return _run(fleet, end_s, progress)
    except parts.over:
        raise TooLongError(work.most) from None
    finally:
        work.end(RunSteps(len(jobs), expected, int(meter.steps)))


def expected_steps(clock: Clock, jobs: Jobs, setup: Setup, end_s: float) -> float:
    """Steps that a run takes at least where all requests that fit come to their turn: each step holds so many prompt
    tokens; each request comes, and is half a step; replicas are looked at for its prefix, and by the scaler. Prompts
    of a trace are not counted, as they may be cached."""
    isl, osl = (np.asarray(column) for column in (jobs.input_tokens, jobs.output_tokens))
    fits = isl + osl <= min(clock.longest, clock.pool_tokens - clock.base_tokens)
    tokens = 0.0 if jobs.hashes else (1.0 - setup.prefix_hit) * float(isl[fits].sum())
    looked = setup.replicas * len(jobs) / LOOKED_AT if setup.routing == "prefix" else 0
    looks = 0.0 if setup.scaling is None else end_s / setup.scaling.every_s
    return tokens / clock.budget + 0.5 * len(jobs) + looked + looks


def _run(fleet: _Fleet, end_s: float, progress: Progress | None) -> Outcome:
    jobs = fleet.jobs
    events = _events(fleet, fleet.setup, end_s)
    for job in range(0, len(jobs), PROGRESS_EVERY):
        _send(fleet, events, job + 1)
        _tell(fleet, job, progress)
    _send(fleet, events, len(jobs))
    _drain(fleet, events, end_s)
    if progress is not None:
        progress(len(jobs), len(jobs))
    return _outcome(fleet, end_s)


def _send(fleet: _Fleet, events: deque[Event], end: int) -> None:
    """Give the requests up to `end` to replicas; what happens until the last of them comes, happens before it."""
    arrival_s = fleet.jobs.arrival_s
    while events and end and events[0][0] <= arrival_s[end - 1]:
        at_s, _, happens = events.popleft()
        fleet.route_upto(bisect_left(arrival_s, at_s, fleet.sent))
        happens(at_s)
    fleet.route_upto(end)


def _tell(fleet: _Fleet, job: int, progress: Progress | None) -> None:
    """Every PROGRESS_EVERY requests: book the looks of the router, and tell how far the run is."""
    if fleet.setup.routing == "prefix":
        fleet.look(PROGRESS_EVERY)
    checkpoint()
    if progress is not None:
        progress(job, len(fleet.jobs))


def _drain(fleet: _Fleet, events: deque[Event], end_s: float) -> None:
    """From the last arrival on: what happens to replicas goes on while they still have requests."""
    for at_s, _, happens in events:
        fleet.advance(at_s)
        if fleet.idle:
            return
        happens(at_s)
    fleet.advance(end_s)


def _events(fleet: _Fleet, setup: Setup, end_s: float) -> deque[Event]:
    events: list[Event] = []
    for number, loss in enumerate(setup.losses):
        events.append((loss.at_s, 0, partial(fleet.lose, loss=number)))
        events.append((loss.at_s + loss.for_s, 1, partial(fleet.back, loss=number)))
    rule = setup.scaling
    if rule is not None:
        looks = np.arange(rule.every_s, end_s, rule.every_s).tolist()
        events += [(at, 2, partial(fleet.scale, rule=rule)) for at in looks]
    return deque(sorted((e for e in events if e[0] <= end_s), key=lambda e: e[:2]))


def _outcome(fleet: _Fleet, end_s: float) -> Outcome:
    makespan_s = span_s(fleet.jobs, end_s)
    # Replicas are paid until the run is over: the last answer may end later than the last look at them.
    fleet.pay(max(makespan_s, fleet.paid_until_s))
    return outcome_of(
        fleet.jobs, fleet.requests, [*fleet.up, *fleet.gone], end_s=end_s, makespan_s=makespan_s, paid_s=fleet.paid_s,
        replicas_most=fleet.most,
    )  # fmt: skip
