"""Traffic through a deployment or a planned cluster: drawn or from a trace, with losses and automatic scaling."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, get_args

from planner.answers import Cluster, Simulation
from planner.errors import InputError
from planner.frozen import dataclass
from planner.load.context import context_problem
from planner.load.demand import Demand
from planner.physics.coefficients import Coefficients
from planner.physics.confidence import Caution, caution_of
from planner.physics.design import Designs
from planner.physics.links import caveats
from planner.plan.assumptions import unstated
from planner.plan.checks import sampled_setup
from planner.progress import Progress
from planner.request.request import Request
from planner.request.said import rate_texts
from planner.request.strict import a, number
from planner.request.users import LEAST_PER_S, MOST_PER_S
from planner.simulation.progress import Glance, glance
from planner.simulation.replicas import PROGRESS_EVERY, Outage, Scaling, Setup
from planner.simulation.routing import Routing
from planner.simulation.simulated import simulated
from planner.simulation.work import MOST_STEPS, StepBudget, TooLongError
from planner.simulation.workload import JobSource, drawn, from_trace
from planner.traffic.arrivals import rounded

if TYPE_CHECKING:
    from planner.traffic.traces import Trace

Watch = Callable[[Glance], None]
# Requests of a run that states how many, and of one that states its time.
MOST, MOST_DRAWN = 2_000_000, 400_000
MOST_REPLICAS = 100_000
# Looks at a run while it goes on.
GLANCES = 100


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """What to run.

    seconds, seed: of drawn traffic; requests: end after so many of them; trace: its requests instead, stretched or
    squeezed to `rate_per_s` where that is given; replicas: instead of those planned; routing: how requests find their
    replica; losses and scaling of replicas; busiest: whether drawn traffic is that of the busiest hour at the end of
    the horizon, all the time, as plans are checked on; all_replicas: run them all where a sample stands for them.
    """

    seconds: float = 600.0
    seed: int = 0
    trace: Trace | None = None
    source: str = ""
    rate_per_s: float | None = None
    replicas: int | None = None
    routing: Routing = "least_loaded"
    losses: tuple[Outage, ...] = ()
    scaling: Scaling | None = None
    requests: int | None = None
    busiest: bool = False
    all_replicas: bool = False

    def as_checked(self, run: Simulation | None) -> Rehearsal:
        """The same on the traffic that a plan's check drew, so that the two say the same."""
        if run is None:
            return replace(self, busiest=True)
        a(run, Simulation, "run")
        seconds, seed = run.drawn_s or self.seconds, self.seed if run.drawn_seed is None else run.drawn_seed
        # As long as so many requests need, where they are counted.
        seconds = seconds if self.requests is None else max(seconds, self.seconds)
        return replace(self, seconds=seconds, seed=seed, busiest=True)

    @property
    def plain(self) -> bool:
        """Whether the replicas run as planned."""
        return self.rate_per_s is None and self.replicas is None and self.even and not self.all_replicas

    @property
    def even(self) -> bool:
        """Whether drawn traffic finds the same replicas all the time, so that a sample of them stands for all."""
        return self.trace is None and self.scaling is None and not self.losses and self.routing == "least_loaded"

    def check(self) -> None:
        """Raise InputError where a field is not what it should be."""
        number(self.seconds, "seconds", 1.0, 1e12)
        number(self.seed, "seed", 0, 2**63, whole=True)
        if self.trace is not None:
            from planner.traffic.traces import Trace

            a(self.trace, Trace, "trace")
        if self.rate_per_s is not None:
            number(self.rate_per_s, "rate_per_s", LEAST_PER_S, MOST_PER_S)
        if self.replicas is not None:
            number(self.replicas, "replicas", 1, MOST_REPLICAS, whole=True)
        if self.routing not in get_args(Routing):
            raise InputError(f"routing: {self.routing!r:.60} is not one of {', '.join(get_args(Routing))}")
        if self.requests is not None:
            number(self.requests, "requests", 1, MOST, whole=True)
        for loss in a(self.losses, tuple, "losses"):
            number(a(loss, Outage, "losses").at_s, "losses.at_s", 0.0, 1e9)
            number(loss.for_s, "losses.for_s", 0.0, 1e9)
        if self.scaling is not None:
            _check_scaling(a(self.scaling, Scaling, "scaling"))


def _check_scaling(s: Scaling) -> None:
    number(s.least, "scaling.least", 1, MOST_REPLICAS, whole=True)
    number(s.most, "scaling.most", s.least, MOST_REPLICAS, whole=True)
    number(s.target, "scaling.target", 1e-3, 1e6)
    number(s.delay_s, "scaling.delay_s", 0.0, 86_400.0)
    number(s.every_s, "scaling.every_s", 1.0, 86_400.0)
    number(s.calm_s, "scaling.calm_s", 0.0, 86_400.0)


@dataclass(frozen=True)
class Deployed:
    """What runs: one design, its replicas, its most sequences, the factors on its times, whether a user named it rather
    than a plan, and what was taken for granted to make it."""

    design: Designs
    replicas: int
    max_sequences: int
    caution: Caution
    named: bool = False
    texts: tuple[str, ...] = ()

    @classmethod
    def planned(cls, cluster: Cluster, request: Request, coefficients: Coefficients) -> Deployed:
        """A planned cluster at the request's confidence; spare replicas stand by."""
        if cluster.design is None:
            raise InputError("plan: it was read from a file; plan its workload again to simulate it")
        number(cluster.spare_replicas, "cluster.spare_replicas", 0, MOST_REPLICAS - 1, whole=True)
        number(cluster.replicas, "cluster.replicas", cluster.spare_replicas + 1, MOST_REPLICAS, whole=True)
        working = cluster.replicas - cluster.spare_replicas
        caution = caution_of(cluster.design, request.confidence, coefficients)
        return cls(cluster.design, working, cluster.replica.max_sequences, caution)


def rehearse(
    request: Request, deployed: Deployed, asked: Rehearsal, coefficients: Coefficients, watch: Watch | None = None
) -> Simulation:
    """Run the traffic. `watch` gets a glance now and then; an exception of it ends the run. Raises InputError."""
    model = deployed.design.model
    problem = context_problem(Demand.of(request), model) if asked.trace is None else ""
    if problem:
        raise InputError(problem)
    coming = request.at_rate(request.traffic.peak_per_s) if asked.busiest else request
    setup = _setup(coming, deployed, asked)
    traffic = _traffic(coming, asked, model.max_context, setup)
    if asked.losses and asked.scaling is None and (asked.replicas or deployed.replicas) < 2:
        raise InputError("losses (--lose): a replica that runs alone cannot be lost; give --replicas 2 or more")
    try:
        answer = simulated(
            deployed.design, request, traffic, setup, coefficients, max_sequences=deployed.max_sequences,
            caution=deployed.caution, progress=_watched(watch, traffic), work=_budget(asked),
        )  # fmt: skip
    except TooLongError as error:
        raise InputError(_too_long(asked, len(traffic.jobs), error)) from None
    answer = said_of(answer, request, deployed.design, drawn=asked.trace is None, own=deployed.named)
    return answer.model_copy(update={"assumptions": [*deployed.texts, *answer.assumptions]})


def _budget(asked: Rehearsal) -> StepBudget:
    """Steps of the run: more of one whose user states how many requests it has, in numbers or as a trace."""
    return StepBudget() if asked.requests is not None or asked.trace is not None else StepBudget(each=0)


def _too_long(asked: Rehearsal, requests: int, error: TooLongError) -> str:
    """The limit of work that was met, and about how much is within it, where that is known."""
    # Fewer requests may take no more than that.
    share = None if error.needed is None else MOST_STEPS / error.needed
    if asked.trace is not None:
        nearest = "take fewer rows" if share is None else f"take the first {int(share * requests):,} rows"
        return f"trace (--limit): not simulated: {error}; {nearest}"
    nearest = "a shorter time" if share is None else f"at most about {rounded(share * asked.seconds)} s"
    nearest += ", or state --requests" if asked.requests is None else ""
    return f"seconds (--duration): not simulated: {error} ({nearest})"


def _watched(watch: Watch | None, traffic: JobSource) -> Progress | None:
    """Told so often, as each glance goes through all requests so far."""
    if watch is None:
        return None
    every = max(1, len(traffic.jobs) // GLANCES // PROGRESS_EVERY) * PROGRESS_EVERY

    def told(done: int, total: int) -> None:
        if done % every == 0 or done == total:
            watch(glance(traffic.jobs, done))

    return told


def said_of(
    answer: Simulation, request: Request, design: Designs, *, drawn: bool = True, own: bool = False
) -> Simulation:
    """A run with what it takes for granted, in words; `own`: the rate of users that think is that of the design."""
    engine = design.engines[design.engine[0]]
    rate = rate_texts(request, response_s=answer.e2e_s.mean, own=own) if drawn else []
    links = caveats(design.gpus[design.gpu[0]], design.split_at(0))
    texts = [*rate, *(unstated(request) if drawn else []), *engine.settings.texts(), *links]
    return answer.model_copy(update={"assumptions": texts})


def _setup(request: Request, deployed: Deployed, asked: Rehearsal) -> Setup:
    """The replicas that run, a sample of them as in a plan's check where nothing else is asked."""
    replicas = asked.replicas or deployed.replicas
    arriving = asked.seconds * request.traffic.rate_per_s
    if asked.even and asked.requests is None and not asked.all_replicas and arriving > 0.0:
        return sampled_setup(replicas, request, arriving)
    return Setup(replicas, asked.routing, request.traffic.prefix_hit, asked.losses, asked.scaling)


def _traffic(request: Request, asked: Rehearsal, context: int | None, setup: Setup) -> JobSource:
    if asked.trace is not None:
        return from_trace(asked.trace, asked.source, rate_per_s=asked.rate_per_s, context=context)
    count = MOST_DRAWN if asked.requests is None and setup.behind is None else MOST
    if not 0.0 < asked.seconds * request.traffic.peak_per_s <= count:
        most = f"at most {rounded(count / request.traffic.peak_per_s)} s"
        most += ", or state --requests" if asked.requests is None else ""
        raise InputError(f"seconds: {asked.seconds:g} s at this rate are not between 1 and {count:,} requests ({most})")
    traffic = drawn(request, asked.seconds, asked.seed, context).jobs(setup.share)
    return traffic if asked.requests is None else traffic.first(asked.requests)


def trace_source(path: Path) -> str:
    """How an answer names a trace: by its file."""
    return path.name
