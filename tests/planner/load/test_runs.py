"""One closed loop from its clients to its figures: limits that hold whatever was fitted."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from planner.catalogs import Catalogs
from planner.formulas.types import Array
from planner.load.benchmark import Figures, Steady
from planner.load.runs import MODELS, Runs, features, predicted, slots_of_runs
from planner.physics.coefficients import Coefficients
from planner.physics.design import Designs
from planner.physics.footprint import footprint
from planner.physics.kv_cache import cache_bytes
from planner.physics.step import Load, StepModel
from tests.planner.conftest import one_gpu

SHIPPED = Coefficients.shipped()
CLIENTS = np.array([1.0, 2.0, 8.0, 32.0, 128.0])


@pytest.fixture(scope="module")
def design(catalogs: Catalogs) -> Designs:
    return one_gpu(catalogs, "vllm")


def loop(count: int = 1, **changes: Any) -> Runs:
    """So many equal runs of one closed loop, with other columns."""
    one = Runs.closed_loop(isl=1000.0, osl=200.0, clients=8.0, rounds=1e6, limit=256.0, fixed=True)
    runs = Runs.concat([one] * count)
    return replace(runs, **{name: np.broadcast_to(values, (count,)) for name, values in changes.items()})


def run(design: Designs, runs: Runs, pool: Array | None = None) -> tuple[Steady, Figures]:
    wide = design.take(np.zeros(len(runs.isl), dtype=int))
    room = footprint(wide, SHIPPED, max_sequences=np.array([256.0])).kv_pool[:, 0] if pool is None else pool
    return predicted(features(wide, runs, room, SHIPPED), SHIPPED)


def over(design: Designs, **columns: Any) -> tuple[Steady, Figures]:
    count = len(next(iter(columns.values())))
    return run(design, loop(count, **columns))


def test_one_client_waits_for_nobody(design: Designs) -> None:
    state, found = run(design, loop(clients=1.0))
    assert state.running[0] == 1.0
    assert found.tpot_s[0] == pytest.approx(state.decode_s[0])
    # One request after another: its tokens over its time.
    assert found.output_tok_s[0] == pytest.approx(200.0 / (found.ttft_s[0] + 199.0 * found.tpot_s[0]), rel=0.02)
    step = StepModel.of(design, SHIPPED).step(Load(np.array([[1.0]]), 1100.0))
    assert state.decode_s[0] == pytest.approx(float(step.total_s[0, 0]))


def test_littles_law_holds_in_a_closed_loop(design: Designs) -> None:
    """Clients = rate x time of a request, with those that wait for a slot counted in."""
    _, found = over(design, clients=CLIENTS)
    requests_per_s = found.output_tok_s / 200.0
    each_s = found.ttft_s + 199.0 * found.tpot_s
    inside = requests_per_s * each_s
    # What the device has no time for shows in the rate, not in the latencies: never more than the clients.
    assert (inside <= CLIENTS * 1.0001).all()
    assert inside == pytest.approx(CLIENTS, rel=0.1)
    assert inside[0] == pytest.approx(1.0, rel=1e-6)


def test_more_clients_are_slower_each_and_faster_together(design: Designs) -> None:
    _, found = over(design, clients=CLIENTS)
    assert (np.diff(found.tpot_s) > 0).all()
    assert (np.diff(found.ttft_s) > 0).all()
    assert (np.diff(found.output_tok_s) > 0).all()


def test_clients_beyond_the_slots_wait_and_add_nothing(design: Designs) -> None:
    runs = loop(2, clients=np.array([16.0, 32.0]), limit=16.0)
    state, found = run(design, runs)
    assert state.running.tolist() == [16.0, 16.0]
    assert found.tpot_s[1] == pytest.approx(found.tpot_s[0])
    assert found.output_tok_s[1] == pytest.approx(found.output_tok_s[0])
    # 16 more on 16 slots wait one cycle, 16 x 200 tokens at the rate of all.
    assert found.ttft_s[1] - found.ttft_s[0] == pytest.approx(16 * 200 / found.output_tok_s[0], rel=1e-3)


def test_longer_prompts_take_longer_and_cached_ones_less(design: Designs) -> None:
    _, found = over(design, isl=np.array([250.0, 1000.0, 4000.0]))
    assert (np.diff(found.ttft_s) > 0).all()
    assert (np.diff(found.tpot_s) > 0).all()
    _, none = run(design, loop(isl=4000.0))
    _, half = run(design, loop(isl=4000.0, hit=0.5))
    _, most = run(design, loop(isl=4000.0, hit=0.9))
    assert none.ttft_s[0] > half.ttft_s[0] > most.ttft_s[0]


def test_the_pool_holds_so_many_sequences_and_the_scheduler_no_more(design: Designs) -> None:
    live = np.array([1200.0])
    each = float(cache_bytes(design, live)[0])
    for pool, limit, slots in ((10.5, 256.0, 10.0), (0.2, 256.0, 1.0), (1000.0, 64.0, 64.0)):
        found = slots_of_runs(design, loop(limit=limit), np.array([pool * each]), live)
        assert found[0] == slots
    # What all have in common is held once: in 3744 tokens, 960 and 11 times the other 240 (blocks of 16 all).
    runs = loop(common=960.0)
    pool = cache_bytes(design, np.array([960.0 + 11.6 * 240.0]))
    assert slots_of_runs(design, runs, pool, live)[0] == 11.0


def test_replicas_and_drafts_multiply(design: Designs) -> None:
    _, one = run(design, loop())
    _, three = run(design, loop(replicas=3.0))
    assert three.output_tok_s[0] == pytest.approx(3.0 * one.output_tok_s[0])
    assert three.ttft_s[0] == pytest.approx(one.ttft_s[0])
    _, drafted = run(design, loop(clients=1.0, accepted=2.0))
    _, plain = run(design, loop(clients=1.0))
    assert drafted.tpot_s[0] == pytest.approx(0.5 * plain.tpot_s[0])


def test_a_run_is_answered_by_the_model_of_its_load(design: Designs) -> None:
    """Several loads in one table are answered as each alone is."""
    loads = np.array(["closed_loop", "static_batch", "infinite_rate", "generation", "prompt"])
    assert set(loads) <= set(MODELS)
    _, together = run(design, loop(len(loads), load=loads, requests=64.0))
    for i, load in enumerate(loads):
        _, alone = run(design, loop(load=load, requests=64.0))
        for name in ("ttft_s", "tpot_s", "output_tok_s"):
            assert getattr(together, name)[i] == pytest.approx(getattr(alone, name)[0])


def test_a_static_batch_makes_its_tokens_in_its_time(design: Designs) -> None:
    state, found = run(design, loop(load="static_batch"))
    assert found.ttft_s[0] == pytest.approx(8.0 * state.prompt_s[0])
    assert found.output_tok_s[0] == pytest.approx(8 * 200 / (found.ttft_s[0] + 199.0 * found.tpot_s[0]))


def test_slower_device_times_are_slower_figures(design: Designs) -> None:
    slow = SHIPPED.with_factors({k: 2.0 * v if k[0] == "term" else v for k, v in SHIPPED.factors.items()})
    pool = footprint(design, SHIPPED, max_sequences=np.array([256.0])).kv_pool[:, 0]
    quick, late = (predicted(features(design, loop(), pool, c), c)[1] for c in (SHIPPED, slow))
    assert late.tpot_s[0] > quick.tpot_s[0]
    assert late.ttft_s[0] > quick.ttft_s[0]
    assert late.output_tok_s[0] < quick.output_tok_s[0]


def test_prompts_that_come_together_share_a_step(catalogs: Catalogs) -> None:
    """Short equal prompts of a model with experts: a wave streams them once, not once a prompt."""
    experts = one_gpu(catalogs, "vllm", model="Qwen/Qwen3-30B-A3B", fmt="fp8")
    short = {"isl": np.full(2, 128.0), "osl": np.full(2, 128.0), "clients": np.full(2, 32.0)}
    state, _ = over(experts, **short, fixed=np.array([True, False]))
    assert state.prompt_s[0] < 0.75 * state.prompt_s[1]
