"""Benchmarks: how long things take here. Ratios and medians carry over to other machines, seconds do not.

Run with `make bench`. Each line is a name, a median over repeats and the figure that is promised.
"""

from __future__ import annotations

import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from functools import partial

import numpy as np

from hardware_db.catalog import HardwareCatalog
from models_db.catalog import ModelCatalog
from planner.catalogs import Catalogs
from planner.fleet.problem import FleetProblem
from planner.fleet.solve import solve
from planner.load.demand import Demand
from planner.physics.coefficients import Coefficients
from planner.physics.deployment import Deployment, one_design
from planner.plan.context import Context
from planner.plan.explore import explore
from planner.plan.scope import scope_designs
from planner.request.metrics import PERCENTILES
from planner.request.reading import parse_request
from planner.search.candidates import evaluate
from planner.search.market import market
from planner.search.prepared import prepare
from planner.search.search import search
from planner.simulation.chosen import kernel
from planner.simulation.replicas import Setup, simulate
from planner.simulation.routing import Routing
from planner.simulation.simulated import clock_of
from planner.simulation.workload import generated

SHIPPED = Coefficients.shipped()

REQUEST = {
    "model": "meta-llama/Llama-3.3-70B-Instruct",
    "traffic": {"rate_per_s": 8},
    "input_tokens": {"mean": 1155},
    "output_tokens": {"mean": 211},
    "sla": {"ttft_p95_s": 1.0, "tpot_p95_s": 0.05},
}
ARGS = ["plan", "--model", str(REQUEST["model"]), "--rate", "8", "--isl", "1155", "--osl", "211", "--tpot-p95", "0.05"]

ROUTINGS: tuple[Routing, ...] = ("least_loaded", "round_robin")
CHAT = ["plan", "-w", "examples/chat-70b.toml", "--format", "json"]
PROCESSES = {
    "plan, 8 req/s": CHAT,
    "plan, 350 req/s": [*CHAT, "--rate", "350"],
    "plan, 1,000 req/s": [*CHAT, "--rate", "1000"],
    "plan, 30 models": [
        "plan",
        "--min-score",
        "MMLU",
        "80",
        "--rate",
        "2",
        "--isl",
        "800",
        "--osl",
        "300",
        "--tpot-p95",
        "0.04",
    ],
    "fit, all GPUs": ["fit", "-m", "meta-llama/Llama-3.3-70B-Instruct"],
    "estimate": ["estimate", "-m", "Qwen/Qwen3-32B", "-g", "H100", "--weights", "fp8", "--tp", "2"],
}


def median_s(call: Callable[[], object], repeats: int = 7) -> float:
    times = []
    for _ in range(repeats):
        start = time.perf_counter()
        call()
        times.append(time.perf_counter() - start)
    return statistics.median(times)


def process(*args: str) -> Callable[[], object]:
    command = [sys.executable, "-m", "planner.cli.main", *args]
    return lambda: subprocess.run(command, capture_output=True, check=True)


def peak_mb(*args: str) -> float:
    code = (
        "import resource, sys; from planner.cli.main import main; sys.stdout = open('/dev/null', 'w'); "
        f"main({list(args)!r}); print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return float(done.stderr)


def simulated_hour() -> float:
    """Seconds for one replica and one hour of requests, arrivals drawn beforehand."""
    catalogs = Catalogs(ModelCatalog(), HardwareCatalog())
    design, _ = one_design(Deployment("meta-llama/Llama-3.1-8B-Instruct", "H100 SXM", "fp8"), catalogs)
    data = {**REQUEST, "traffic": {"rate_per_s": 10.0}}
    asked = parse_request(data)
    ticks = clock_of(design, Demand.of(asked), SHIPPED, max_sequences=256)
    loads = iter([generated(asked, 3600.0, seed).jobs for seed in range(3)])
    return median_s(lambda: simulate(ticks, next(loads), Setup(1)), 3)


def twelve_by_five_hundred() -> FleetProblem:
    rng = np.random.default_rng(0)
    capacity = rng.uniform(0.5, 8, (12, 500))
    free, none = np.full(500, np.inf), np.zeros(500)
    return FleetProblem(
        capacity.mean(axis=0) * rng.uniform(0.5, 1.5, 500), capacity, rng.uniform(5, 50, (12, 1)), np.ones(1),
        np.ones(500, dtype=bool), none + 1, none + 1, np.arange(500), none + 1, free, none, np.zeros(500, dtype=bool),
    )  # fmt: skip


def replica_sets(catalogs: Catalogs) -> tuple[int, float]:
    """Replica sets of one question, and the CPU seconds that they take.

    A replica set is a design in a number of replicas with a batch limit, whatever offers it may run on: offers of one
    set are no other candidates. The seconds are for memory, price, all percentiles, and what they are prepared from.
    """
    request = parse_request(REQUEST)
    start = time.process_time()
    rented = market(catalogs.hardware, request.scope)
    designs = scope_designs(request, catalogs.models.find(str(request.model)).model, rented, catalogs)
    found = evaluate(prepare(designs, Demand.of(request), SHIPPED), rented, request)
    figures = found.latency(np.arange(len(found.replicas)))
    for metric in ("ttft", "tpot", "e2e"):
        for percentile in PERCENTILES:
            figures.value(metric, percentile)
    return len(found.replicas), time.process_time() - start


def cpu_of_process(*args: str) -> float:
    """CPU seconds of a command, user and system."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run([sys.executable, *args], capture_output=True, check=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def routing_ratio(replicas: int = 100) -> float:
    """CPU of a run with requests sent to the least loaded replica, as a multiple of one with round robin."""
    catalogs = Catalogs(ModelCatalog(), HardwareCatalog())
    design, _ = one_design(Deployment("meta-llama/Llama-3.1-8B-Instruct", "L40S", "fp8"), catalogs)
    asked = parse_request({**REQUEST, "traffic": {"rate_per_s": 2.5 * replicas}})
    ticks = clock_of(design, Demand.of(asked), SHIPPED, max_sequences=256)
    seconds = {}
    for routing in ROUTINGS:
        loads = iter([generated(asked, 60.0, 0).jobs for _ in range(3)])
        setup = Setup(replicas, routing)
        seconds[routing] = median_s(partial(lambda setup, loads: simulate(ticks, next(loads), setup), setup, loads), 3)
    return seconds["least_loaded"] / seconds["round_robin"]


def shares() -> None:
    """What does not depend on how fast the machine is: each beside a yardstick of the same run."""
    asked = [replica_sets(Catalogs(ModelCatalog(), HardwareCatalog())) for _ in range(3)]
    sets, seconds = min(asked, key=lambda found: found[1])
    yardstick = statistics.median(cpu_of_process("-c", "import numpy") for _ in range(5))
    print(f"replica sets    {sets / seconds / 1e6:8.3f} M a core-second, of {sets:,}, preparation included")
    for name, args in PROCESSES.items():
        cpu = statistics.median(cpu_of_process("-m", "planner.cli.main", *args) for _ in range(3))
        print(f"{name:17} {cpu:8.2f} s CPU, {cpu / yardstick:.0f} times `import numpy` ({yardstick:.2f} s)")
    print(f"least loaded    {routing_ratio():8.2f} times round robin, 100 replicas")


def main() -> None:
    catalogs = Catalogs(ModelCatalog(), HardwareCatalog())
    context = Context(catalogs, SHIPPED)
    request = parse_request(REQUEST)
    rented = market(catalogs.hardware, request.scope)
    model = catalogs.models.find(str(request.model)).model
    designs = scope_designs(request, model, rented, catalogs)
    prepared = prepare(designs, Demand.of(request), SHIPPED)
    everything = median_s(lambda: evaluate(prepared, rented, request))
    rows = evaluate(prepared, rented, request)
    print(f"evaluation      {everything * 1e3:8.1f} ms for {len(rows):,} offers of {len(rows.replicas):,} replica sets")
    few = median_s(lambda: search(prepared, rented, request, best=4))
    print(f"search          {few * 1e3:8.1f} ms for the winner, three runners-up and the front")
    prepared_s = median_s(lambda: prepare(designs, Demand.of(request), SHIPPED))
    print(f"prepare         {prepared_s * 1e3:8.1f} ms for {len(designs):,} designs")
    print(f"plan, warm      {median_s(lambda: explore(request, context).answer) * 1e3:8.1f} ms")
    print(f"plan, process   {median_s(process(*ARGS), 5):8.2f} s                    (promised 1.5)")
    print(f"--help, process {median_s(process('--help')) * 1e3:8.1f} ms                   (promised 150)")
    hour = simulated_hour()
    print(f"kernel          {kernel().package}, which simulations run on")
    print(f"simulation      {hour:8.2f} s for an hour at 10 req/s (promised 4; {3600 / hour:,.0f} times real time)")
    fleet = median_s(lambda: solve(twelve_by_five_hundred()), 3)
    print(f"fleet           {fleet:8.2f} s for 12 workloads x 500 purchases to 0.5 % (promised 1)")
    print(f"plan, memory    {peak_mb(*ARGS):8.1f} MB                   (promised 300)")
    shares()


if __name__ == "__main__":
    main()
