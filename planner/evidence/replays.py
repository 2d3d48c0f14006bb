"""Plans made from a trace's fitted distribution, and the trace replayed against them: does the SLA hold, is it padded?

`python -m planner.evidence.replays FOLDER` runs eighty seeded trials on the Azure 2023 traces (some minutes) and
writes `replays.json`, which docs/accuracy.md shows.
"""

from __future__ import annotations

import json
import os
import sys
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path

import numpy as np

from planner.answers import Plan
from planner.catalogs import Catalogs
from planner.evidence import RESULTS
from planner.physics.coefficients import Coefficients
from planner.physics.confidence import caution_of
from planner.plan.context import Context
from planner.plan.explore import explore
from planner.plan.verified import verified
from planner.request.reading import parse_request
from planner.simulation.replicas import Setup
from planner.simulation.simulated import simulated
from planner.simulation.workload import from_trace
from planner.traffic.traces import Trace, read_trace
from planner.writing import replacing

TARGET = RESULTS / "replays.json"
TRIALS = 40
SHARE = 0.8
# Model, GPU and a rate at which the cheapest fleet is a few replicas: with many, one less is not missed.
CASES = {
    "azure-conversation": (
        ("meta-llama/Llama-3.1-8B-Instruct", "L4", 4.0), ("meta-llama/Llama-3.1-8B-Instruct", "A10G", 4.0),
        ("Qwen/Qwen3-32B", "A100 SXM 80GB", 4.0), ("meta-llama/Llama-3.3-70B-Instruct", "H100 SXM", 8.0),
        ("mistralai/Mistral-Small-24B-Instruct-2501", "L40S", 6.0),
    ),
    "azure-code": (
        ("meta-llama/Llama-3.1-8B-Instruct", "H100 SXM", 6.0),
        ("meta-llama/Llama-3.1-8B-Instruct", "A100 SXM 80GB", 2.5),
        ("Qwen/Qwen3-32B", "H200 SXM", 1.5), ("meta-llama/Llama-3.3-70B-Instruct", "B200", 2.0),
        ("mistralai/Mistral-Small-24B-Instruct-2501", "H100 SXM", 1.5),
    ),
}  # fmt: skip
FILES = {"azure-conversation": "azure_2023_conv.csv", "azure-code": "azure_2023_code.csv"}


@dataclass(frozen=True)
class TraceTrial:
    """One plan and its replay; `worst` is the largest share of a limit, `worst_less` with one replica less."""

    trace: str
    seed: int
    model: str
    gpu: str
    rate_per_s: float
    replicas: int
    holds: bool
    worst: float
    less_breaks: bool
    worst_less: float | None


def stretch(trace: Trace, seed: int) -> Trace:
    """SHARE of the trace from a random start, wrapped."""
    span = trace.seconds
    start = np.random.default_rng(seed).random() * span
    times = (trace.arrival_s - start) % span
    order = np.argsort(times, kind="stable")
    order = order[times[order] <= SHARE * span]
    at = times[order] - times[order][0]
    none = np.zeros(0, dtype=np.int64)
    lengths = (trace.input_tokens[order], trace.output_tokens[order])
    return Trace(at, *lengths, none, np.zeros(len(order) + 1, dtype=np.int64), rows=len(order))


@cache
def _context() -> Context:
    return Context(Catalogs.read(), Coefficients.shipped())


def trial(name: str, folder: Path, seed: int) -> TraceTrial | None:
    """Plan from the preset at a drawn rate and SLA, replay a stretch of the trace; None where no plan exists."""
    rng = np.random.default_rng(1000 + seed)
    model, gpu, scale = CASES[name][seed % len(CASES[name])]
    rate = float(rng.uniform(0.7, 1.3) * scale)
    sla = {"ttft_p95_s": float(rng.choice([1.0, 2.0, 3.0])), "tpot_p95_s": float(rng.choice([0.06, 0.1]))}
    request = parse_request(
        {"model": model, "traffic": {"preset": name, "rate_per_s": rate}, "sla": sla, "scope": {"gpus": [gpu]}}
    )
    plan = verified(explore(request, _context()), _context(), seed=seed).answer
    if not isinstance(plan, Plan):
        return None
    trace = read_trace(folder / FILES[name])
    part = stretch(trace, seed)
    design, count = plan.cluster.design, plan.cluster.replicas
    assert design is not None
    squeezed = rate * (len(part) / part.seconds) / (len(trace) / trace.seconds)
    worst = []
    for replicas in (count, count - 1):
        if replicas < 1:
            break
        traffic = from_trace(part, FILES[name], rate_per_s=squeezed)
        answer = simulated(
            design, request, traffic, Setup(replicas), _context().coefficients,
            max_sequences=plan.cluster.replica.max_sequences,
            caution=caution_of(design, request.confidence, _context().coefficients),
        )  # fmt: skip
        worst.append(max(check.value_s / check.limit_s for check in answer.sla))
    less = worst[1] if len(worst) > 1 else None
    holds, breaks = worst[0] <= 1.0, less is None or less > 1.0
    return TraceTrial(
        name, seed, model, gpu, round(rate, 3), count, holds, round(worst[0], 3), breaks, less and round(less, 3)
    )


def run(folder: Path, trials: int = TRIALS) -> list[TraceTrial]:
    """All trials, on all cores."""
    jobs = [(name, folder, seed) for name in FILES for seed in range(trials)]
    with ProcessPoolExecutor(max_workers=os.cpu_count()) as pool:
        found = []
        for done, result in enumerate(pool.map(trial, *zip(*jobs, strict=True)), 1):
            print(f"\rreplays: {done} of {len(jobs)}", end="", file=sys.stderr, flush=True)
            found.append(result)
    print(file=sys.stderr)
    return [result for result in found if result is not None]


if __name__ == "__main__":
    with replacing(TARGET) as out:
        out.write(json.dumps([asdict(t) for t in run(Path(sys.argv[1]))], indent=1) + "\n")
