"""Many replicas under one stream of requests: routing, losses, automatic scaling."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial

import numpy as np

from planner.formulas.types import Array
from planner.progress import Progress
from planner.simulation.clock import Clock
from planner.simulation.outcome import Outcome
from planner.simulation.replica import LOG_STEP, Jobs, SimulatedReplica, times
from planner.simulation.routing import LOAD, ROUTERS, LeastLoaded, Routing
from planner.simulation.work import LOOKED_AT, Meter, OverError, RunSteps, StepBudget, TooLongError

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
    clock: Clock
    jobs: Jobs
    setup: Setup
    meter: Meter = field(default_factory=Meter)
    up: list[SimulatedReplica] = field(default_factory=list)
    gone: list[SimulatedReplica] = field(default_factory=list)
    coming: list[float] = field(default_factory=list)
    turn: int = 0
    most: int = 0
    paid_s: float = 0.0
    paid_until_s: float = 0.0
    calm_since_s: float = 0.0
    kept: int = 0  # losses that found one replica alone and did not take it
    least: LeastLoaded | None = None  # of the replicas that are up, while these are the same

    def __post_init__(self) -> None:
        for _ in range(self.setup.replicas):
            self._start(0.0)

    def _start(self, at_s: float) -> None:
        self.least = None
        self.up.append(SimulatedReplica(self.clock, self.jobs, at_s, self.setup.prefix_hit, self.meter))
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
        return all(replica.idle for replica in self.up)

    def route(self, job: int, at_s: float) -> None:
        """Give a request to a replica; with none up it waits for the next one in the first one's queue."""
        if self.setup.routing == "least_loaded":
            self.least = self.least or LeastLoaded(self.up)
            self.least.submit(job, at_s)
            return
        hashes = self.jobs.hashes[job] if self.jobs.hashes else ()
        chosen = ROUTERS[self.setup.routing](self.up, self.turn, at_s, hashes)
        self.turn += 1
        chosen.submit(job, at_s)

    def lose(self, at_s: float) -> None:
        """The busiest replica is lost; its requests are sent again. The last one is not taken."""
        self.advance(at_s)
        if len(self.up) < 2:
            self.kept += 1
            return
        self.pay(at_s)
        victim = max(self.up, key=LOAD)
        self.up.remove(victim)
        self.gone.append(victim)
        for job in victim.drop_all():
            self.jobs.retried[job] += 1
            self.jobs.first_s[job] = float("nan")
            self.route(job, at_s)

    def back(self, at_s: float) -> None:
        """One that was lost is back; for one that was not taken none comes."""
        if self.kept:
            self.kept -= 1
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
            idle = next((r for r in self.up if r.idle), None)
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
    meter = work.begin(len(jobs), expected)
    try:
        return _run(_Fleet(clock, jobs, setup, meter), end_s, progress)
    except OverError:
        raise TooLongError(work.most) from None
    finally:
        work.end(RunSteps(len(jobs), expected, int(meter.steps)))


def expected_steps(clock: Clock, jobs: Jobs, setup: Setup, end_s: float) -> float:
    """Steps that a run takes at least where all requests that fit come to their turn: each step holds so many prompt
    tokens; each request comes, and is half a step; replicas are looked at for its prefix, and by the scaler. Prompts
    of a trace are not counted, as they may be cached."""
    isl, osl = (np.array(column, dtype=float) for column in (jobs.input_tokens, jobs.output_tokens))
    fits = isl + osl <= min(clock.longest, clock.pool_tokens - clock.base_tokens)
    tokens = 0.0 if jobs.hashes else (1.0 - setup.prefix_hit) * float(isl[fits].sum())
    looked = setup.replicas * len(jobs) / LOOKED_AT if setup.routing == "prefix" else 0
    looks = 0.0 if setup.scaling is None else end_s / setup.scaling.every_s
    return tokens / clock.budget + 0.5 * len(jobs) + looked + looks


def _run(fleet: _Fleet, end_s: float, progress: Progress | None) -> Outcome:
    jobs = fleet.jobs
    events = _events(fleet, fleet.setup, end_s)
    following = 0
    for job, at_s in enumerate(jobs.arrival_s):
        while following < len(events) and events[following][0] <= at_s:
            events[following][2](events[following][0])
            following += 1
        fleet.route(job, at_s)
        if job % PROGRESS_EVERY == 0:
            if fleet.setup.routing == "prefix":
                fleet.look(PROGRESS_EVERY)
            if progress is not None:
                progress(job, len(jobs))
    _drain(fleet, events[following:], end_s)
    if progress is not None:
        progress(len(jobs), len(jobs))
    return _outcome(fleet, jobs.arrival_s[-1] if len(jobs) else 0.0, end_s)


def _drain(fleet: _Fleet, events: list[Event], end_s: float) -> None:
    """From the last arrival on: what happens to replicas goes on while they still have requests."""
    for at_s, _, happens in events:
        fleet.advance(at_s)
        if fleet.idle:
            return
        happens(at_s)
    fleet.advance(end_s)


def _events(fleet: _Fleet, setup: Setup, end_s: float) -> list[Event]:
    events: list[Event] = []
    for loss in setup.losses:
        events.append((loss.at_s, 0, fleet.lose))
        events.append((loss.at_s + loss.for_s, 1, fleet.back))
    rule = setup.scaling
    if rule is not None:
        looks = np.arange(rule.every_s, end_s, rule.every_s).tolist()
        events += [(at, 2, partial(fleet.scale, rule=rule)) for at in looks]
    return sorted((e for e in events if e[0] <= end_s), key=lambda e: e[:2])


def _span_s(jobs: Jobs, finish: Array, last: float, end_s: float) -> float:
    """Until the last answer ended; until the run did where some had not."""
    left = np.isnan(finish) & ~np.array(jobs.refused, dtype=bool)
    return end_s if left.any() else float(np.max(finish, initial=last, where=np.isfinite(finish)))


def _waited_s(jobs: Jobs, end_s: float) -> Array:
    """Seconds until the first token, or until the run ended; NaN for what was refused."""
    first = np.array(jobs.first_s, dtype=float)
    waited = np.where(np.isfinite(first), first, end_s) - np.array(jobs.arrival_s, dtype=float)
    return np.where(np.array(jobs.refused, dtype=bool), np.nan, waited)


def _outcome(fleet: _Fleet, last: float, end_s: float) -> Outcome:
    jobs = fleet.jobs
    finish = np.array(jobs.finish_s, dtype=float)
    replicas = [*fleet.up, *fleet.gone]
    gaps: dict[int, float] = {}
    for replica in replicas:
        for bucket, count in replica.gaps.items():
            gaps[bucket] = gaps.get(bucket, 0.0) + count
    buckets = np.array(sorted(gaps), dtype=float)
    ended = np.isfinite(finish)
    makespan = _span_s(jobs, finish, last, end_s)
    # Replicas are paid until the run is over: the last answer may end later than the last look at them.
    fleet.pay(max(makespan, fleet.paid_until_s))
    busy = sum(min(r.busy_s, makespan) for r in replicas)
    refused = int(np.sum(jobs.refused))
    return Outcome(
        **times(jobs),
        waited_s=_waited_s(jobs, end_s),
        itl_s=np.exp((buckets + 0.5 * np.sign(buckets)) * LOG_STEP),
        itl_tokens=np.array([gaps[int(b)] for b in buckets]),
        output_tokens=np.array(jobs.output_tokens, dtype=float),
        refused=refused,
        unfinished=len(jobs) - int(ended.sum()) - refused,
        preempted=int(np.sum(jobs.preempted)),
        retried=int(np.sum(jobs.retried)),
        reused_tokens=jobs.reused_tokens,
        busy_share=busy / max(1e-9, makespan * len(replicas)),
        makespan_s=makespan,
        replicas_most=fleet.most,
        replica_hours=max(fleet.paid_s, 1e-9) / 3600.0,
    )
