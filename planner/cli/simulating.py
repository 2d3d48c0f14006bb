"""From the flags of `simulate` to an answer."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from planner.answers import Infeasible, Simulation
from planner.errors import InputError
from planner.physics.deployment import Deployment
from planner.physics.split import Split
from planner.plan.rehearsal import Rehearsal
from planner.planner import Planner
from planner.progress import Progress
from planner.request.reading import merge, parse_request, read_request
from planner.simulation.progress import Glance
from planner.simulation.replicas import Outage, Scaling
from planner.traffic.traces import Trace, read_trace


def run(
    flags: Mapping[str, Any], data: dict[str, Any], planner: Planner, progress: Progress
) -> Simulation | Infeasible:
    """The simulation that the flags ask for; where no plan exists to simulate, why not."""
    trace = _trace(flags)
    if trace is not None:
        data = merge(_of_trace(trace), data)
    asked = Rehearsal(
        flags["duration"], flags["seed"], trace, str(flags["trace"].name) if trace is not None else "", flags["rate"],
        flags["replicas"], flags["routing"], _losses(flags["lose"]), _scaling(flags),
    )  # fmt: skip

    def watch(now: Glance) -> None:
        progress(now.sent, now.requests)

    if flags["workload"] is not None:
        request = read_request(flags["workload"], {k: v for k, v in data.items() if k in ("sla", "confidence")})
        found = planner.plan(request, progress=progress)
        return found if isinstance(found, Infeasible) else planner.simulate(request, found, asked, watch=watch)
    if not flags["model"] or not flags["gpu"]:
        raise InputError("simulate: give --workload, or --model and --gpu")
    request = parse_request(merge(data, {"model": flags["model"]}))
    slow = planner.coefficients.caution(request.confidence) if flags["confidence"] is not None else None
    return planner.simulate(request, _deployment(flags), asked, slow=slow, watch=watch)


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


def _deployment(flags: Mapping[str, Any]) -> Deployment:
    split = Split(tp=flags["tp"], pp=flags["pp"], ep=flags["ep"], dp=flags["dp"])
    return Deployment(
        flags["model"], flags["gpu"], flags["weights"], flags["kv"], flags["engine"], split, flags["max_sequences"]
    )


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
