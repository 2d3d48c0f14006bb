from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from planner.catalogs import Catalogs
from planner.load.demand import Demand
from planner.physics.coefficients import Coefficients
from planner.simulation.chosen import Kernel
from planner.simulation.clock import Clock
from planner.simulation.jobs import Jobs
from planner.simulation.replicas import Setup, simulate
from planner.simulation.simulated import clock_of
from tests.planner.conftest import one_gpu
from tests.planner.simulation.conftest import account, jobs, one_replica

SHIPPED = Coefficients.shipped()


@pytest.mark.parametrize("engine", ["vllm", "tensorrt-llm"])
def test_a_tight_cache_preempts_only_where_nothing_is_reserved(catalogs: Catalogs, engine: str) -> None:
    clock = clock_of(one_gpu(catalogs, engine), Demand.simple(200, 2000), SHIPPED, max_sequences=64)
    tight = replace(clock, pool_tokens=20_000.0)
    jobs = Jobs.of([0.0] * 64, [200] * 64, [2000] * 64, [])
    outcome = simulate(tight, jobs, Setup(1))
    assert outcome.served == 64
    assert (outcome.preempted > 0) == (engine == "vllm")


def test_what_is_reserved_is_given_back(kernel: Kernel, catalogs: Catalogs) -> None:
    clock = clock_of(one_gpu(catalogs, "tensorrt-llm"), Demand.simple(300, 50), SHIPPED, max_sequences=8)
    jobs = Jobs.of([0.01 * i for i in range(40)], [300] * 40, [1 + i for i in range(40)], [])
    replica = one_replica(kernel, clock, jobs)
    for job, at in enumerate(jobs.arrival_s):
        replica.advance(at)
        replica.submit(job, at)
    replica.advance(1e6)
    assert not replica.load
    assert replica.used == pytest.approx(0.0, abs=1e-6)
    assert not np.isnan(jobs.finish_s).any()


def test_a_full_cache_preempts_and_still_serves_all(clock: Clock) -> None:
    tight = replace(clock, pool_tokens=6000.0)
    outcome = simulate(tight, jobs(40, gap=0.001, isl=400, osl=400), Setup(1))
    account(outcome, 40)
    assert outcome.served == 40
    assert outcome.preempted > 0


def test_long_prompts_come_in_chunks(clock: Clock) -> None:
    small = replace(clock, budget=256)
    whole = simulate(clock, jobs(1, isl=4000), Setup(1))
    chunked = simulate(small, jobs(1, isl=4000), Setup(1))
    assert chunked.ttft_s[0] > whole.ttft_s[0]


def test_prefixes_found_by_hash_save_work(clock: Clock) -> None:
    same = [[1, 2, 3, 4] for _ in range(50)]
    fresh = [[4 * i + k for k in range(4)] for i in range(50)]
    shared = simulate(clock, jobs(50, gap=0.5, isl=2048, hashes=same), Setup(1))
    alone = simulate(clock, jobs(50, gap=0.5, isl=2048, hashes=fresh), Setup(1))
    assert shared.reused_tokens >= 49 * 2000
    assert alone.reused_tokens == 0
    assert shared.mean("ttft") < alone.mean("ttft")
    spread = simulate(clock, jobs(50, gap=0.5, isl=2048, hashes=same), Setup(4, "round_robin"))
    followed = simulate(clock, jobs(50, gap=0.5, isl=2048, hashes=same), Setup(4, "prefix"))
    assert followed.reused_tokens > spread.reused_tokens


def test_a_load_never_falls_before_it_is_due(kernel: Kernel, clock: Clock) -> None:
    run = Jobs.of([0.0, 0.01, 0.3], [300, 700, 50], [40, 90, 5])
    replica = one_replica(kernel, clock, run)
    for job, at_s in enumerate(run.arrival_s):
        replica.advance(at_s)
        replica.submit(job, at_s)
    while replica.load:
        due_s, load = replica.due_s, replica.load
        replica.advance(due_s * (1.0 - 1e-9))
        assert replica.load == load
        replica.advance(max(due_s, replica.now) + 1e-6)
