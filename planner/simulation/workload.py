"""Traffic through a deployment or a plan, request by request: what `simulate` answers and a plan is checked with."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np

from planner import __version__
from planner.answers import Cluster, SimulatedLatency, Simulation, SlaCheck
from planner.deployment.estimate import Deployment, one_design
from planner.errors import InputError
from planner.load.demand import Demand
from planner.physics import factors
from planner.physics.design import Designs, Split
from planner.physics.engines import find_engine
from planner.physics.footprint import footprint
from planner.plan.explore import Catalogs
from planner.request.request import PERCENTILES, Request, sla_key
from planner.simulation.clock import Clock, clock
from planner.simulation.replica import Jobs
from planner.simulation.replicas import Outcome, Setup, simulate
from planner.traffic.arrivals import arrivals
from planner.traffic.lengths import drifting, sample
from planner.traffic.traces import Trace

Progress = Callable[[int, int], None]
WARM_UP = 0.05


@dataclass(frozen=True)
class Traffic:
    """Requests to run: the jobs, rows of a file that are no requests by name, and where they came from."""

    jobs: Jobs
    source: str
    rows: int
    named: dict[str, int]


def generated(request: Request, seconds: float, seed: int) -> Traffic:
    """Arrivals and lengths drawn from the request's traffic; the same seed gives the same requests."""
    rng = np.random.default_rng(seed)
    times = arrivals(request.traffic, seconds, rng)
    if not len(times):
        raise InputError(f"traffic: no request arrives within {seconds:g} s at {request.traffic.rate_per_s:g} a second")
    demand = Demand.of(request)
    t = request.traffic
    slow = drifting(times, t.drift, t.drift_s, rng) if any(t.drift) else None
    isl, osl = sample(demand.input, demand.output, demand.correlation, len(times), rng, slow)
    source = f"drawn with seed {seed} from the stated traffic"
    return Traffic(_jobs(times, isl, osl), source, len(times), {})


def from_trace(trace: Trace, source: str, *, rate_per_s: float | None = None) -> Traffic:
    """The requests of a trace; `rate_per_s` stretches or squeezes its time to that mean rate."""
    times = trace.arrival_s
    if rate_per_s is not None and trace.seconds > 0:
        times = times * (len(trace) / trace.seconds / rate_per_s)
    blocks = trace.hashes.tolist()
    starts = trace.starts.tolist()
    hashes = [blocks[a:b] for a, b in pairwise(starts)] if trace.has_prefixes else []
    jobs = _jobs(times, trace.input_tokens, trace.output_tokens, hashes, int(trace.block_tokens))
    return Traffic(jobs, source, trace.rows, dict(trace.named))


def _jobs(
    times: Sequence[float], isl: Sequence[float], osl: Sequence[float], hashes: Sequence[Sequence[int]] = (),
    block_tokens: int = 512,
) -> Jobs:  # fmt: skip
    columns = (np.asarray(times, dtype=float).tolist(), np.asarray(isl, dtype=np.int64).tolist())
    return Jobs(*columns, np.asarray(osl, dtype=np.int64).tolist(), hashes, block_tokens)


def clock_of(designs: Designs, demand: Demand, *, max_sequences: int, slow: float = 1.0) -> Clock:
    """The clock of one design with its KV pool; `slow` multiplies device times."""
    parts = footprint(designs, max_sequences=np.array([float(max_sequences)]))
    pool = float(parts.kv_pool[0, 0])
    if pool <= 0:
        raise InputError(f"model: {designs.model.id} leaves no memory for a cache on {designs.gpus[0].name}")
    return clock(designs, pool_bytes=pool, max_sequences=max_sequences, typical_tokens=demand.live_tokens, caution=slow)


def cluster_design(cluster: Cluster, catalogs: Catalogs) -> Designs:
    """The single design of a planned cluster."""
    r = cluster.replica
    split = Split(tp=r.tp, pp=r.pp, ep=r.ep, dp=r.dp)
    found, _ = one_design(
        Deployment(r.model, cluster.machine.gpu, r.weight_format, r.kv_format, find_engine(r.engine).id, split),
        catalogs,
    )
    if r.draft_tokens:
        found = replace(found, engines=tuple(e.drafting(r.draft_tokens) for e in found.engines))
    return found


def simulated(
    designs: Designs, request: Request, traffic: Traffic, setup: Setup, *, max_sequences: int, slow: float = 1.0,
    progress: Progress | None = None,
) -> Simulation:  # fmt: skip
    """Run the traffic and say what it found; percentiles leave out the first twentieth of the time."""
    ticks = clock_of(designs, Demand.of(request), max_sequences=max_sequences, slow=slow)
    outcome = simulate(ticks, traffic.jobs, setup, progress=progress)
    return _answer(designs, request, traffic, setup, outcome, slow)


def _answer(
    designs: Designs, request: Request, traffic: Traffic, setup: Setup, outcome: Outcome, slow: float
) -> Simulation:
    warm = outcome.after(WARM_UP)
    figures = {name: _latency(warm, name) for name in ("ttft", "tpot", "e2e", "itl")}
    low, high = factors.interval("tpot")
    tokens = float(np.nansum(np.where(np.isfinite(outcome.e2e_s), outcome.output_tokens, 0.0)))
    return Simulation(
        version=__version__,
        traffic=traffic.source,
        rows=traffic.rows,
        named=traffic.named,
        requests=len(traffic.jobs),
        served=outcome.served,
        refused_too_long=outcome.refused,
        unfinished=outcome.unfinished,
        preemptions=outcome.preempted,
        sent_again=outcome.retried,
        prefix_tokens_reused=outcome.reused_tokens,
        replicas=setup.replicas,
        replicas_most=outcome.replicas_most,
        replica_hours=outcome.replica_hours,
        routing=setup.routing,
        seconds=outcome.makespan_s,
        requests_per_s=outcome.served / max(outcome.makespan_s, 1e-9),
        output_tokens_per_s=tokens / max(outcome.makespan_s, 1e-9),
        busy_share=outcome.busy_share,
        device_time_factor=slow,
        step_time_interval=(low, high),
        ttft_s=figures["ttft"],
        tpot_s=figures["tpot"],
        e2e_s=figures["e2e"],
        itl_s=figures["itl"],
        sla=_checks(request, outcome, warm),
    )


def _latency(outcome: Outcome, metric: str) -> SimulatedLatency:
    values = {p: outcome.percentile(metric, float(p[1:])) for p in PERCENTILES if p != "mean"}
    return SimulatedLatency(mean=outcome.mean(metric), **values)


def _checks(request: Request, whole: Outcome, warm: Outcome) -> list[SlaCheck]:
    """Each limit against the simulation; requests that never ended are beyond every limit."""
    return [_check(key, limit, whole, warm) for key, limit in request.sla.items()]


def _check(key: str, limit: float, whole: Outcome, warm: Outcome) -> SlaCheck:
    metric, percentile = sla_key(key)
    lost = (whole.unfinished + whole.refused) / max(1, len(whole.arrival_s))
    beyond = lost + (1.0 - lost) * warm.share_beyond(metric, limit)
    if percentile == "mean":
        value, allowed = (np.inf if lost > 0 else warm.mean(metric)), 0.5
    else:
        q = float(percentile[1:]) / 100.0
        allowed = 1.0 - q
        value = np.inf if lost >= allowed else warm.percentile(metric, 100.0 * q / (1.0 - lost))
    return SlaCheck(
        key=key, limit_s=limit, value_s=float(value), allowed_share=allowed, missed_share=beyond,
        holds=bool(value <= limit),
    )  # fmt: skip
