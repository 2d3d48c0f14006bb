"""From the flags of `simulate` to an answer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from planner.answers import Infeasible, Simulation
from planner.cli.asking import RATE_FLAGS, Asked, asked, completed, deployment, gathered, noted, over
from planner.errors import InputError
from planner.plan.rehearsal import Rehearsal, said_of, trace_source
from planner.planner import Planner
from planner.progress import Progress, phase
from planner.request.request import Request
from planner.simulation.clock import MAX_BATCH
from planner.simulation.progress import Glance
from planner.simulation.replicas import Outage, Scaling
from planner.traffic.traces import Trace, read_trace

HOUR_S = 3600.0
# Standard deviations of a count that it does not fall short by.
SURE = 5.0


def run(flags: dict[str, Any], planner: Planner, progress: Progress) -> Simulation | Infeasible:
    """The simulation that the flags ask for; where no plan exists to simulate, why not."""
    if flags["workload"] is None and not (flags["model"] and flags["gpus"]):
        raise InputError("simulate: give --workload, or --model and --gpu")
    trace = _trace(flags, phase(progress, "rows of the trace"))
    found = _asked(flags, trace)
    request = planner.dated(found.request())
    run = Rehearsal(
        _seconds(flags, request), flags["seed"] or 0, trace, trace_source(flags["trace"]) if trace is not None else "",
        _rate_of_run(flags, trace), flags["replicas"], flags["routing"], _losses(flags["lose"]), _scaling(flags),
        flags["requests"], all_replicas=flags["all_replicas"],
    )  # fmt: skip

    def watch(now: Glance) -> None:
        progress(now.sent, now.requests)

    if flags["workload"] is not None:
        _no_split(flags)
        checked = planner.checked(request, progress=progress)
        if isinstance(checked, Infeasible):
            return checked
        cluster, found_run = checked.cluster, checked.run
        if flags["duration"] is None and trace is None:
            checked_on = run.as_checked(found_run)
            run = checked_on if flags["seed"] is None else replace(checked_on, seed=run.seed)
        # What was checked is what is asked; limits under varying rates are told with more beside them.
        same = run.plain and all(flags[name] is None for name in ("duration", "requests", "seed"))
        if same and found_run is not None and not request.traffic.levels:
            assert cluster.design is not None
            return _said(said_of(found_run, request, cluster.design), found.notes)
        return _said(planner.simulate(request, cluster, run, watch=watch), found.notes)
    named = deployment(request, flags)
    if named.max_sequences > MAX_BATCH:
        raise InputError(f"--max-num-seqs (engine.max_num_seqs): a simulation runs at most {MAX_BATCH} at once")
    sure = request.confidence if flags["confidence"] is not None else None
    return _said(planner.simulate(request, named, run, confidence=sure, watch=watch), found.notes)


def _seconds(flags: Mapping[str, Any], request: Request) -> float:
    """Seconds to draw: as asked, an hour, or enough that so many requests arrive for certain."""
    count, seconds = flags["requests"], flags["duration"]
    if count is not None and flags["trace"] is not None:
        raise InputError("--requests: is of drawn traffic; --limit takes the first rows of a trace")
    if count is not None and seconds is not None:
        raise InputError("--requests: give a number of requests or a --duration, not both")
    if count is None:
        return HOUR_S if seconds is None else float(seconds)
    # Levels of the rate last, and may be half of the mean for long.
    cv, slow = max(1.0, request.traffic.cv), 2.0 if request.traffic.levels or request.traffic.profile else 1.0
    return max(1.0, float(slow * (count + SURE * cv * (count**0.5 + SURE)) / request.traffic.rate_per_s))


def _asked(flags: dict[str, Any], trace: Trace | None) -> Asked:
    """The tables of the request. The rate of a trace is that of its run: a workload is planned at its own."""
    if trace is None:
        return asked(flags)
    if flags["workload"] is not None:
        return asked({**flags, **dict.fromkeys(RATE_FLAGS)})
    found = gathered(flags)
    return completed(Asked(over(_of_trace(trace), found.data), found.where, found.notes), flags, {})


def _rate_of_run(flags: Mapping[str, Any], trace: Trace | None) -> float | None:
    """The rate that a trace is stretched or squeezed to, where flags state one in any way."""
    if trace is None or not any(flags[name] is not None for name in RATE_FLAGS):
        return flags["rate"]  # type: ignore[no-any-return]
    found = gathered(flags)
    lengths = {key: table for key, table in _of_trace(trace).items() if key != "traffic"}
    traffic = Asked({**found.data, **lengths}, found.where, []).request().traffic
    if traffic.think_time_s is not None:
        raise InputError("--think-time: is of drawn traffic; with --trace give --requests-per-user-hour")
    return traffic.rate_per_s


def _no_split(flags: Mapping[str, Any]) -> None:
    for name, usual in (("tp", 1), ("pp", 1), ("ep", 1), ("dp", 1), ("topology", None), ("link_gb_s", None)):
        if flags[name] != usual:
            flag = f"--{name.replace('_', '-')}"
            raise InputError(f"{flag}: is of a deployment that --model and --gpu name; a --workload is planned")


def _said(answer: Simulation, notes: list[str]) -> Simulation:
    return noted(answer, notes)  # type: ignore[no-any-return]


def _trace(flags: Mapping[str, Any], progress: Progress | None) -> Trace | None:
    if flags["trace"] is None:
        return None
    return read_trace(flags["trace"], limit=flags["limit"], skip_bad=flags["skip_bad"], progress=progress)


def _of_trace(trace: Trace) -> dict[str, Any]:
    """What a request needs to know of a trace's lengths and rate."""
    return {
        "traffic": {"rate_per_s": len(trace) / max(trace.seconds, 1.0)},
        "input_tokens": {"mean": float(trace.input_tokens.mean())},
        "output_tokens": {"mean": float(trace.output_tokens.mean())},
    }


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
        raise InputError(f"{flag}: expected numbers from 0 to 1e+09 divided by colons, got {text[:60]!r}")
    return numbers
