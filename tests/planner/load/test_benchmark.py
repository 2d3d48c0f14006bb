from __future__ import annotations

import pytest

from planner.load.benchmark import burst, closed_loop, companions, static_batch
from planner.physics.coefficients import Coefficients
from tests.planner.load.conftest import client, steady

SHIPPED = Coefficients.shipped()
OPERATORS = SHIPPED.operators


def test_load_models_in_their_limits() -> None:
    alone = closed_loop(steady(running=1.0, asked=1.0), client(), SHIPPED.operators)
    assert alone.tpot_s[0] == pytest.approx(0.01)
    assert alone.ttft_s[0] == pytest.approx(0.02)
    fixed = static_batch(steady(), client(), SHIPPED.operators)
    # The prompt makes the first token: 99 steps make the other 99.
    assert fixed.output_tok_s[0] == pytest.approx(8 * 100 / (8 * 0.02 + 99 * 0.01))
    endless = burst(steady(), client(), SHIPPED.operators)
    assert endless.output_tok_s[0] == pytest.approx(8 * 100 / (8 * 0.02 + 100 * 0.01))
    one_wave = burst(steady(requests=8.0), client(), SHIPPED.operators)
    assert one_wave.output_tok_s[0] == pytest.approx(endless.output_tok_s[0])
    drained = burst(steady(requests=80.0), client(drain=1.0), SHIPPED.operators)
    assert drained.output_tok_s[0] < endless.output_tok_s[0]


def test_a_closed_loop_never_serves_more_than_the_device_has_time_for() -> None:
    busy = closed_loop(steady(prompt_s=1.0), client(), SHIPPED.operators)
    assert busy.output_tok_s[0] <= 8 * 100 / (8 * 1.0 + 100 * 0.01) + 1e-9


def others(**state: float) -> float:
    s = steady(**state)
    return float(companions(s, s.running, s.batch, 1.0, OPERATORS)[0])


def test_what_first_tokens_wait_for() -> None:
    drawn, equal, stopping = (
        others(running=64.0, rounds=10.0, fixed=fixed, mixed=mixed)
        for fixed, mixed in ((False, True), (True, True), (True, False))
    )
    assert 0 < drawn < equal + 3 < stopping
    assert others(running=64.0, rounds=1.0) == pytest.approx((64 + 1 - 2) / 2)
    assert others(running=1.0) == 0.0


def test_a_further_chunk_is_a_further_step_where_steps_carry_decodes() -> None:
    one, four = (
        {
            mixed: closed_loop(steady(chunks=k, mixed=mixed, prompt_s=0.1), client(), OPERATORS).ttft_s[0]
            for mixed in (True, False)
        }
        for k in (1.0, 4.0)
    )
    assert four[True] - one[True] == pytest.approx(3 * 0.01)
    assert four[False] == pytest.approx(one[False])


def test_the_longer_of_launching_a_step_and_running_it_shows() -> None:
    quick, slow = (
        closed_loop(steady(running=1.0, asked=1.0, kernels=k), client(launch_s=1e-4), OPERATORS).ttft_s[0]
        for k in (10.0, 10_000.0)
    )
    assert quick == pytest.approx(0.02, rel=0.01)
    assert slow == pytest.approx(1.0, rel=0.01)


def test_long_tails_lengthen_a_burst() -> None:
    even, long = (
        burst(steady(requests=8.0, longest=r), client(drain=0.5), SHIPPED.operators).output_tok_s[0] for r in (1.0, 4.0)
    )
    assert long < even / 1.5


def test_equal_prompts_that_fit_into_one_step_keep_together_or_come_apart() -> None:
    # 64 prompts fit: steps that carry prompts take all 32 together, passes of prompts take them one by one.
    equal = {"running": 32.0, "rounds": 10.0, "early": 0.0, "fixed": True}
    assert others(batch=64.0, mixed=True, **equal) == pytest.approx(31.0)
    assert others(batch=64.0, mixed=False, **equal) == 0.0
    # One prompt fits: a few go together, or all queue.
    assert others(batch=1.0, mixed=True, **equal) == pytest.approx(OPERATORS.equal_companions)
    assert others(batch=1.0, mixed=False, **equal) == pytest.approx(15.5)
