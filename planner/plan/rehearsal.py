"""A planned cluster under drawn traffic or a trace, with a look at it while it runs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from planner.answers import Cluster, Simulation
from planner.catalogs import Catalogs
from planner.errors import InputError
from planner.physics.factors import caution
from planner.request.request import Request
from planner.simulation.progress import Glance, glance
from planner.simulation.replicas import Setup
from planner.simulation.routing import Routing
from planner.simulation.simulated import simulated
from planner.simulation.workload import JobSource, cluster_design, from_trace, generated
from planner.traffic.traces import read_trace

Watch = Callable[[Glance], None]
MOST = 2_000_000


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """What to run: seconds of drawn traffic with a seed, or a trace file; how requests find their replica."""

    seconds: float = 600.0
    seed: int = 0
    trace: Path | None = None
    routing: Routing = "least_loaded"


def rehearse(request: Request, cluster: Cluster, asked: Rehearsal, catalogs: Catalogs, watch: Watch) -> Simulation:
    """Simulate at the request's confidence. `watch` gets a glance now and then; an exception of it ends the run."""
    traffic = _traffic(request, asked)
    setup = Setup(cluster.replicas - cluster.spare_replicas, asked.routing, request.traffic.prefix_hit)
    return simulated(
        cluster_design(cluster, catalogs), request, traffic, setup, max_sequences=cluster.replica.max_sequences,
        slow=caution(request.confidence), progress=lambda done, _: watch(glance(traffic.jobs, done)),
    )  # fmt: skip


def _traffic(request: Request, asked: Rehearsal) -> JobSource:
    if asked.trace is None:
        if not 0.0 < asked.seconds * request.traffic.peak_per_s <= MOST:
            raise InputError(f"seconds: {asked.seconds:g} s at this rate are not between 1 and {MOST:,} requests")
        return generated(request, asked.seconds, asked.seed)
    return from_trace(read_trace(asked.trace), asked.trace.name, rate_per_s=request.traffic.rate_per_s)
