"""One candidate from all sides: its cluster, its steps under their roofs, its latency as the load grows."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from planner.answers import Cluster, Infeasible, LatencyParts, Plan, StartLog, StepAnswer
from planner.errors import InputError
from planner.formulas.types import Array
from planner.frozen import dataclass
from planner.load.breakdown import Breakdown, under_arrivals
from planner.load.curves import rate_at
from planner.load.latency import latency_of
from planner.load.records import latency_parts, step_answer
from planner.physics.step import Load, StepModel
from planner.physics.work import StepTime
from planner.plan.choice import SAME_SHARE, loses_on
from planner.plan.explore import Explored
from planner.plan.offline import start_lines
from planner.plan.roofline import Roofline, roofline
from planner.request.strict import number
from planner.startup.lines import start_log

POINTS = 40
# Past saturation the first token has no finite percentile: the curve ends a little before.
LAST = 0.995


@dataclass(frozen=True, slots=True)
class LoadCurve:
    """p95 of one cluster over requests a second [s], central prediction; `breaks_at` and `saturates_at` [1/s]."""

    rate_per_s: tuple[float, ...]
    ttft_p95_s: tuple[float, ...]
    tpot_p95_s: tuple[float, ...]
    asked_per_s: float
    breaks_at: float
    saturates_at: float


@dataclass(frozen=True, slots=True)
class Details:
    """decode, prefill: steps by operator; ttft, tpot: what the means of the closed form are made of at the asked load,
    the decode step being the one that tokens are counted in.
    log: what the engine prints at start."""

    cluster: Cluster
    decode: StepAnswer
    prefill: StepAnswer
    ttft: LatencyParts
    tpot: LatencyParts
    roofline: Roofline
    load: LoadCurve
    loses_on: str
    deploy: tuple[str, ...]
    answer: Plan | Infeasible
    log: StartLog | None = None


def details(explored: Explored, index: int, answer: Plan | Infeasible | None = None) -> Details:
    """All about the candidate `index` of what was explored; `answer`: the simulated one, where there is one."""
    found = explored.shown
    if found is None or not len(found.row):
        raise InputError("index: nothing was explored that could be looked at")
    number(index, "index", 0, len(found.row) - 1, whole=True)
    cluster = _as_answered(explored.cluster(index), answer)
    made, prefill, under = _steps(explored, int(found.row[index]), cluster)
    decode = made.decode
    return Details(
        cluster, step_answer(decode), step_answer(prefill), latency_parts(made.ttft), latency_parts(made.tpot),
        under, _curve(explored, int(found.row[index]), cluster),
        _loses(explored, cluster),
        tuple(start_lines(cluster, air_gapped=explored.request.scope.air_gapped)), answer or explored.answer,
        _log(explored, int(found.row[index]), cluster),
    )  # fmt: skip


def _log(explored: Explored, row: int, cluster: Cluster) -> StartLog | None:
    """What the engine of one replica prints at start."""
    assert explored.shown is not None
    one = explored.shown.prepared.designs.take(explored.shown.design[[row]])
    return start_log(one, explored.coefficients, sequences=float(cluster.replica.max_sequences))


def _loses(explored: Explored, cluster: Cluster) -> str:
    answer = explored.answer
    if not isinstance(answer, Plan):
        return ""
    same = cluster.cost.usd_per_hour == answer.cluster.cost.usd_per_hour and cluster.replica == answer.cluster.replica
    if same:
        return "the cheapest that meets the SLA"
    less = 1.0 - cluster.cost.usd_per_hour / answer.cluster.cost.usd_per_hour
    if less > SAME_SHARE:
        return f"costs {less:.1%} less by the closed form, which no simulation has confirmed"
    return loses_on(answer.cluster, cluster)


def _steps(explored: Explored, row: int, cluster: Cluster) -> tuple[Breakdown, StepTime, Roofline]:
    """What the mean latencies at the asked load are made of, a step with a prompt, and both under their roofs."""
    assert explored.shown is not None
    prepared, design = explored.shown.prepared, int(explored.shown.design[row])
    one = prepared.designs.take(np.array([design]))
    model, demand = StepModel.of(one, explored.coefficients), prepared.curves.demand
    budget = float(one.engines[one.engine[0]].batched_tokens(one.gpus[one.gpu[0]]))
    working = float(cluster.replicas - cluster.spare_replicas)
    made = under_arrivals(
        prepared.curves.take(np.array([design])), model, explored.request.traffic.peak_per_s / working,
        float(prepared.slots[design, int(explored.shown.limit[row])]), sharing=working,
    )  # fmt: skip
    prompt = Load(0.0, demand.live_tokens, min(budget, demand.isl), demand.isl)
    prefill = model.step(prompt)
    under = roofline(model, replace(prompt, decode=1.0), {"decode": made.decode, "prefill": prefill})
    return made, prefill, under


def _as_answered(cluster: Cluster, answer: Plan | Infeasible | None) -> Cluster:
    """The cluster with the figures of its simulation, where it is the answer that was simulated."""
    if not isinstance(answer, Plan):
        return cluster
    told = answer.cluster
    same = (told.machine, told.replica, told.replicas) == (cluster.machine, cluster.replica, cluster.replicas)
    return told if same else cluster


def _curve(explored: Explored, row: int, cluster: Cluster) -> LoadCurve:
    assert explored.shown is not None
    found = explored.shown
    central, design = found.prepared.curves.central, int(found.design[row])
    slots = found.prepared.slots[design, int(found.limit[row])]
    working = cluster.replicas - cluster.spare_replicas
    end = float(rate_at(central, np.array([design]), np.array([slots]))[0])
    rates: Array = LAST * end * np.linspace(1.0 / POINTS, 1.0, POINTS)
    figures = latency_of(
        central, np.full(POINTS, design), rates, np.full(POINTS, slots), sharing=np.full(POINTS, float(working)),
        whole=False,
    )  # fmt: skip
    return LoadCurve(
        _plain(rates * working), _plain(figures.value("ttft", "p95")), _plain(figures.value("tpot", "p95")),
        explored.request.traffic.peak_per_s, cluster.sla_breaks_at_rate_per_s, end * working,
    )  # fmt: skip


def _plain(values: Array) -> tuple[float, ...]:
    return tuple(float(v) for v in values)
