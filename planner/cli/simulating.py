"""From the flags of `simulate` to an answer."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from planner.answers import Plan, Simulation
from planner.catalogs import Catalogs
from planner.errors import InputError
from planner.physics.deployment import Deployment, one_design
from planner.physics.design import Designs
from planner.physics.factors import caution
from planner.physics.split import Split
from planner.plan.explore import plan
from planner.progress import Progress
from planner.request.reading import merge, parse_request, read_request
from planner.request.request import Request
from planner.simulation.replicas import Outage, Scaling, Setup
from planner.simulation.simulated import simulated
from planner.simulation.workload import JobSource, cluster_design, from_trace, generated
from planner.traffic.traces import Trace, read_trace


def run(flags: Mapping[str, Any], data: dict[str, Any], catalogs: Catalogs, progress: Progress) -> Simulation:
    trace = _trace(flags)
    if trace is not None:
        data = merge(_of_trace(trace), data)
    if flags["workload"] is not None:
        request = read_request(flags["workload"], {k: v for k, v in data.items() if k in ("sla", "confidence")})
        designs, replicas, sequences = _planned(request, catalogs)
    else:
        if not flags["model"] or not flags["gpu"]:
            raise InputError("simulate: give --workload, or --model and --gpu")
        request = parse_request(merge(data, {"model": flags["model"]}))
        designs, replicas, sequences = _deployment(flags, catalogs), 1, flags["max_sequences"]
    setup = Setup(
        flags["replicas"] or replicas,
        flags["routing"],
        request.traffic.prefix_hit,
        _losses(flags["lose"]),
        _scaling(flags),
    )
    traffic = _traffic(flags, request, trace)
    slow = caution(request.confidence) if flags["confidence"] is not None or flags["workload"] is not None else 1.0
    return simulated(designs, request, traffic, setup, max_sequences=sequences, slow=slow, progress=progress)


def _trace(flags: Mapping[str, Any]) -> Trace | None:
    if flags["trace"] is None:
        return None
    return read_trace(flags["trace"], limit=flags["limit"], skip_bad=flags["skip_bad"])


def _of_trace(trace: Trace) -> dict[str, Any]:
    """What a request needs to know of a trace's lengths and rate."""
    return {
        "traffic": {"rate_per_s": len(trace) / max(trace.seconds, 1.0)},
        "input_tokens": {"mean": float(trace.input_tokens.mean())},
        "output_tokens": {"mean": float(trace.output_tokens.mean())},
    }


def _planned(request: Request, catalogs: Catalogs) -> tuple[Designs, int, int]:
    answer = plan(request, catalogs)
    if not isinstance(answer, Plan):
        raise InputError(f"workload: no plan to simulate: {answer.binding_limit}")
    cluster = answer.cluster
    return cluster_design(cluster, catalogs), cluster.replicas - cluster.spare_replicas, cluster.replica.max_sequences


def _deployment(flags: Mapping[str, Any], catalogs: Catalogs) -> Designs:
    split = Split(tp=flags["tp"], pp=flags["pp"], ep=flags["ep"], dp=flags["dp"])
    wanted = Deployment(flags["model"], flags["gpu"], flags["weights"], flags["kv"], flags["engine"], split)
    return one_design(wanted, catalogs)[0]


def _traffic(flags: Mapping[str, Any], request: Request, trace: Trace | None) -> JobSource:
    if trace is None:
        return generated(request, flags["duration"], flags["seed"])
    return from_trace(trace, str(flags["trace"].name), rate_per_s=flags["rate"])


def _losses(texts: tuple[str, ...]) -> tuple[Outage, ...]:
    losses = []
    for text in texts:
        numbers = _numbers("--lose", text, (1, 2))
        losses.append(Outage(*numbers))
    return tuple(losses)


def _scaling(flags: Mapping[str, Any]) -> Scaling | None:
    if flags["autoscale"] is None:
        return None
    least, most, target = _numbers("--autoscale", flags["autoscale"], (3,))
    if not 1 <= least <= most <= 1000 or target <= 0 or least != int(least) or most != int(most):
        raise InputError(
            f"--autoscale: expected MIN:MAX:REQUESTS with 1 <= MIN <= MAX <= 1000, got {flags['autoscale']!r}"
        )
    return Scaling(int(least), int(most), target, flags["scale_delay"])


def _numbers(flag: str, text: str, counts: tuple[int, ...]) -> list[float]:
    try:
        numbers = [float(part) for part in text.split(":")]
    except ValueError:
        numbers = []
    if len(numbers) not in counts or not all(0 <= n <= 1e9 for n in numbers):
        raise InputError(f"{flag}: expected numbers divided by colons, got {text[:60]!r}")
    return numbers
