"""Traffic through a deployment or a planned cluster: drawn or from a trace, with losses and automatic scaling."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from planner.answers import Cluster, Simulation
from planner.errors import InputError
from planner.physics.coefficients import Coefficients
from planner.physics.confidence import device_factor
from planner.physics.design import Designs
from planner.plan.assumptions import unstated
from planner.request.request import Request
from planner.simulation.progress import Glance, glance
from planner.simulation.replicas import Outage, Scaling, Setup
from planner.simulation.routing import Routing
from planner.simulation.simulated import simulated
from planner.simulation.workload import JobSource, from_trace, generated
from planner.traffic.traces import Trace

Watch = Callable[[Glance], None]
MOST = 2_000_000


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """What to run.

    seconds, seed: of drawn traffic; requests: end after so many of them; trace: its requests instead, stretched or
    squeezed to `rate_per_s` where that is given; replicas: instead of those planned; routing: how requests find their
    replica; losses and scaling of replicas.
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

    def as_checked(self, run: Simulation | None) -> Rehearsal:
        """The same on the traffic that a plan's check drew, so that the two say the same."""
        if run is None or run.drawn_s is None or run.drawn_seed is None:
            return self
        return replace(self, seconds=run.drawn_s, seed=run.drawn_seed)


@dataclass(frozen=True)
class Deployed:
    """What runs: one design, its replicas, its most sequences, and the factor on its device times."""

    design: Designs
    replicas: int
    max_sequences: int
    slow: float

    @classmethod
    def planned(cls, cluster: Cluster, request: Request, coefficients: Coefficients) -> Deployed:
        """A planned cluster at the request's confidence; spare replicas stand by."""
        if cluster.design is None:
            raise InputError("plan: it was read from a file; plan its workload again to simulate it")
        working = cluster.replicas - cluster.spare_replicas
        slow = device_factor(cluster.design, request.confidence, coefficients)
        return cls(cluster.design, working, cluster.replica.max_sequences, slow)


def rehearse(
    request: Request, deployed: Deployed, asked: Rehearsal, coefficients: Coefficients, watch: Watch | None = None
) -> Simulation:
    """Run the traffic. `watch` gets a glance now and then; an exception of it ends the run. Raises InputError."""
    traffic = _traffic(request, asked, deployed.design.model.max_context)
    setup = Setup(
        asked.replicas or deployed.replicas, asked.routing, request.traffic.prefix_hit, asked.losses, asked.scaling
    )
    answer = simulated(
        deployed.design, request, traffic, setup, coefficients, max_sequences=deployed.max_sequences,
        slow=deployed.slow,
        progress=None if watch is None else lambda done, _: watch(glance(traffic.jobs, done)),
    )  # fmt: skip
    engine = deployed.design.engines[deployed.design.engine[0]]
    said = [*(unstated(request) if asked.trace is None else []), *engine.settings.texts()]
    return answer.model_copy(update={"assumptions": said})


def _traffic(request: Request, asked: Rehearsal, context: int | None) -> JobSource:
    if asked.trace is not None:
        return from_trace(asked.trace, asked.source, rate_per_s=asked.rate_per_s, context=context)
    if not 0.0 < asked.seconds * request.traffic.peak_per_s <= MOST:
        raise InputError(f"seconds: {asked.seconds:g} s at this rate are not between 1 and {MOST:,} requests")
    if asked.requests is None:
        return generated(request, asked.seconds, asked.seed, context)
    return generated(request, asked.seconds, asked.seed, context).first(asked.requests)


def trace_source(path: Path) -> str:
    """How an answer names a trace: by its file."""
    return path.name
