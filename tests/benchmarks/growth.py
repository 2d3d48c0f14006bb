"""How processor time grows: run with `python -m tests.benchmarks.growth`; the table of docs/scale.md is made of it."""

from __future__ import annotations

import math
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np

from hardware_db.catalog import HardwareCatalog
from models_db.catalog import ModelCatalog
from models_db.quality import models_with_score
from planner import Planner, parse_request
from planner.catalogs import Catalogs
from planner.fleet.problem import FleetProblem
from planner.fleet.solve import solve
from planner.load.demand import Demand
from planner.physics.coefficients import Coefficients
from planner.physics.deployment import Deployment, one_design
from planner.simulation.replicas import Setup, simulate
from planner.simulation.routing import Routing
from planner.simulation.simulated import clock_of
from planner.simulation.workload import generated

TODAY = date(2026, 11, 29)
BASE: dict[str, Any] = {
    "model": "meta-llama/Llama-3.3-70B-Instruct", "traffic": {"rate_per_s": 8.0}, "input_tokens": {"mean": 1155.0},
    "output_tokens": {"mean": 211.0}, "sla": {"ttft_p95_s": 1.0, "tpot_p95_s": 0.05},
}  # fmt: skip
MODELS = {"traffic": {"rate_per_s": 2.0}, "sla": {"tpot_p95_s": 0.04}}
OFFERS = "provider,instance_type,region,accelerator,accelerators,usd_per_hour_on_demand,as_of,source\n"
CARDS = ("h100-sxm", "h200-sxm", "a100-sxm-80gb", "l40s", "b200")
REPEATS = 3


def cpu_s(call: Callable[[], object]) -> float:
    began = time.process_time()
    call()
    return time.process_time() - began


def plan_cpu_s(more: Mapping[str, Any], overlay: Path | None = None, **scope: Any) -> float:
    """A plan of a new `Planner`, its simulations included."""
    planner = Planner(overlay=overlay, today=TODAY)
    asked = {**BASE, **more, "scope": scope}
    if "quality" in more:
        del asked["model"]
    return cpu_s(lambda: planner.plan(parse_request(asked)))


def by_rate(rate_per_s: int) -> float:
    return plan_cpu_s({"traffic": {"rate_per_s": float(rate_per_s)}})


def by_offers(offers: int) -> float:
    """Machines of one's own beside those of the box: the same cards in other numbers and at other prices."""
    rng = np.random.default_rng(0)
    rows = [
        f"me,m{i},here,{CARDS[i % len(CARDS)]},{2 ** (i % 4)},{2 ** (i % 4) * rng.uniform(2, 9):.2f},2026-11-01,own"
        for i in range(offers)
    ]
    with tempfile.TemporaryDirectory() as folder:
        prices = Path(folder, "prices")
        prices.mkdir()
        (prices / "mine.csv").write_text(OFFERS + "\n".join(rows) + "\n", encoding="utf-8")
        return plan_cpu_s({}, Path(folder), providers=["me"])


def by_models(models: int) -> float:
    """The cheapest of that many models with the best scores."""
    scores = sorted((found.score.score for found in models_with_score("MMLU", 0.0, ModelCatalog())), reverse=True)
    return plan_cpu_s({**MODELS, "quality": {"benchmark": "MMLU", "min_score": scores[models - 1]}})


def by_workloads(workloads: int) -> float:
    rng = np.random.default_rng(0)
    kinds = 500
    capacity = rng.uniform(0.5, 8, (workloads, kinds))
    free, none = np.full(kinds, np.inf), np.zeros(kinds)
    problem = FleetProblem(
        capacity.mean(axis=0) * rng.uniform(0.5, 1.5, kinds), capacity, rng.uniform(5, 50, (workloads, 1)), np.ones(1),
        none == 0, none + 1, none + 1, np.arange(kinds), none + 1, free, none, none > 0,
    )  # fmt: skip
    return cpu_s(lambda: solve(problem))


def simulated_cpu_s(replicas: int, requests: int, routing: Routing = "least_loaded") -> float:
    catalogs = Catalogs(ModelCatalog(), HardwareCatalog())
    design, _ = one_design(Deployment("meta-llama/Llama-3.1-8B-Instruct", "L40S", "fp8"), catalogs)
    asked = parse_request({**BASE, "traffic": {"rate_per_s": 2.5 * replicas}})
    ticks = clock_of(design, Demand.of(asked), Coefficients.shipped(), max_sequences=256)
    jobs = generated(asked, requests / (2.5 * replicas), 0).jobs
    return cpu_s(lambda: simulate(ticks, jobs, Setup(replicas, routing)))


WORK: dict[str, tuple[str, Callable[[int], float], tuple[int, ...]]] = {
    "rate": ("`plan` with its simulations, requests/s", by_rate, (8, 80, 800)),
    "offers": ("`plan` with its simulations, offers", by_offers, (100, 1_000, 10_000)),
    "models": ("`plan` of the best of many models", by_models, (3, 30)),
    "workloads": ("fleet of 500 kinds of purchase, workloads", by_workloads, (5, 50)),
    "replicas": ("100,000 requests to the least loaded, replicas", lambda n: simulated_cpu_s(n, 100_000), (4, 40, 400)),
    "requests": ("a simulation of 10 replicas, requests", lambda n: simulated_cpu_s(10, n), (10**4, 10**5, 10**6)),
}


def main() -> None:
    for name in sys.argv[1:] or WORK:
        what, call, sizes = WORK[name]
        call(sizes[0])  # loads what is loaded once
        took = [statistics.median(call(size) for _ in range(REPEATS)) for size in sizes]
        exponent = math.log10(took[-1] / took[0]) / math.log10(sizes[-1] / sizes[0])
        figures = ", ".join(f"{size:,}: {seconds:.2f} s" for size, seconds in zip(sizes, took, strict=True))
        print(f"{what} | {figures} | {exponent:.2f}", flush=True)


if __name__ == "__main__":
    main()
