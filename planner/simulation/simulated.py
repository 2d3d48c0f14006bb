"""Traffic through one design, request by request, as the answer of `simulate` and of a plan's check."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from planner.answers import Replica, SimulatedLatency, Simulation, SlaCheck
from planner.errors import InputError
from planner.formulas.types import Array
from planner.load.demand import Demand
from planner.load.records import replica
from planner.physics.coefficients import Coefficients
from planner.physics.confidence import CENTRAL, Caution, bases
from planner.physics.design import Designs
from planner.physics.footprint import footprint
from planner.progress import Progress
from planner.request.metrics import PERCENTILES
from planner.request.request import Request, sla_key
from planner.simulation.clock import Clock, clocks
from planner.simulation.outcome import WARM_UP, Outcome
from planner.simulation.replicas import Setup, simulate
from planner.simulation.work import StepBudget
from planner.simulation.workload import JobSource
from planner.version import __version__


def clock_of(
    designs: Designs, demand: Demand, coefficients: Coefficients, *, max_sequences: int, caution: Caution = CENTRAL
) -> Clock:
    """The clock of one design with its KV pool; `caution`: factors on its times."""
    designs = designs.narrowed()
    pools = pools_of(designs, coefficients, [max_sequences])
    if pools[0] <= 0:
        raise InputError(f"model: {designs.model.id} leaves no memory for a cache on {designs.gpus[0].name}")
    return clocks(
        designs, coefficients, pool_bytes=pools, max_sequences=[max_sequences], typical_tokens=demand.live_tokens,
        cautions=[caution],
    )[0]  # fmt: skip


def pools_of(designs: Designs, coefficients: Coefficients, max_sequences: Sequence[int]) -> Array:
    """Bytes of the KV pool of one GPU of each design, which runs so many sequences, D; none is left where it is
    negative."""
    limits, limit = np.unique(np.array(max_sequences, dtype=float), return_inverse=True)
    pool: Array = footprint(designs, coefficients, max_sequences=limits).kv_pool[np.arange(len(designs)), limit]
    return pool


def simulated(
    designs: Designs, request: Request, traffic: JobSource, setup: Setup, coefficients: Coefficients, *,
    max_sequences: int, caution: Caution = CENTRAL, progress: Progress | None = None, work: StepBudget | None = None,
    ticks: Clock | None = None,
) -> Simulation:  # fmt: skip
    """Run the traffic and say what it found; percentiles leave out the first twentieth of the time. `ticks`: the
    `clock_of` the design where it is known. Raises TooLongError where that takes more than `work` allows."""
    if ticks is None:
        demand = Demand.of(request, designs.model.max_context)
        ticks = clock_of(designs, demand, coefficients, max_sequences=max_sequences, caution=caution)
    outcome = simulate(ticks, traffic.jobs, setup, progress=progress, work=work)
    interval = coefficients.interval_on("tpot", bases(designs, coefficients)[0])
    design = replica(designs, 0, max_sequences)
    return _answer(request, design, designs.gpus[designs.gpu[0]].name, traffic, setup, outcome, caution, interval)


def _answer(
    request: Request,
    design: Replica,
    gpu: str,
    traffic: JobSource,
    setup: Setup,
    outcome: Outcome,
    caution: Caution,
    interval: tuple[float, float],
) -> Simulation:
    warm = outcome.after(WARM_UP)
    figures = {name: _latency(warm, name) for name in ("ttft", "tpot", "e2e", "itl")}
    tokens = float(np.nansum(np.where(np.isfinite(outcome.e2e_s), outcome.output_tokens, 0.0)))
    per_s = 1.0 / (setup.share * max(outcome.makespan_s, 1e-9))
    return Simulation(
        version=__version__,
        model=design.model,
        weight_format=design.weight_format,
        kv_format=design.kv_format,
        engine=design.engine,
        gpu=gpu,
        gpus=design.gpus,
        split=design.split_text,
        traffic=traffic.source,
        drawn_seed=traffic.seed,
        drawn_s=traffic.seconds,
        rows=traffic.rows,
        named=traffic.named,
        requests=len(traffic.jobs),
        served=outcome.served,
        refused_too_long=outcome.refused,
        cut_to_context=traffic.cut,
        unfinished=outcome.unfinished,
        preemptions=outcome.preempted,
        sent_again=outcome.retried,
        prefix_tokens_reused=outcome.reused_tokens,
        replicas=setup.behind or setup.replicas,
        replicas_most=setup.behind or outcome.replicas_most,
        replicas_simulated=setup.replicas if setup.behind else None,
        replica_hours=outcome.replica_hours / setup.share,
        routing=setup.routing,
        seconds=outcome.makespan_s,
        requests_per_s=outcome.served * per_s,
        output_tokens_per_s=tokens * per_s,
        busy_share=outcome.busy_share,
        device_time_factor=caution.device,
        first_token_factor=caution.first,
        step_time_interval=interval,
        sustained=outcome.sustained,
        backlog_s=outcome.backlog_s,
        ttft_s=figures["ttft"],
        tpot_s=figures["tpot"],
        e2e_s=figures["e2e"],
        itl_s=figures["itl"],
        sla=_checks(request, outcome, warm),
    )


def _latency(outcome: Outcome, metric: str) -> SimulatedLatency:
    names = [p for p in PERCENTILES if p != "mean"]
    values = outcome.percentiles(metric, [float(p[1:]) for p in names])
    return SimulatedLatency(mean=outcome.mean(metric), **dict(zip(names, values, strict=True)))


def _checks(request: Request, whole: Outcome, warm: Outcome) -> list[SlaCheck]:
    """Each limit against the simulation; requests that never ended are beyond every limit."""
    return [_check(key, limit, whole, warm) for key, limit in request.sla.items()]


def _check(key: str, limit: float, whole: Outcome, warm: Outcome) -> SlaCheck:
    metric, percentile = sla_key(key)
    lost = (whole.unfinished + whole.refused) / max(1, len(whole.arrival_s))
    beyond = lost + (1.0 - lost) * warm.share_beyond(metric, limit)
    if not lost and not np.isfinite(getattr(warm, f"{metric}_s")).any():
        # Answers of one token have no time between tokens.
        value, beyond, allowed = 0.0, 0.0, 0.5 if percentile == "mean" else 1.0 - float(percentile[1:]) / 100.0
    elif percentile == "mean":
        value, allowed = (np.inf if lost > 0 else warm.mean(metric)), 0.5
    else:
        q = float(percentile[1:]) / 100.0
        allowed = 1.0 - q
        value = np.inf if lost >= allowed else warm.percentile(metric, 100.0 * q / (1.0 - lost))
    return SlaCheck(
        key=key, limit_s=limit, value_s=float(value), allowed_share=allowed, missed_share=beyond,
        holds=bool(value <= limit),
    )  # fmt: skip
