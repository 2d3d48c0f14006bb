from __future__ import annotations

import numpy as np
import pytest

from planner.load.benchmark import burst, closed_loop, static_batch, wave_share
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


def test_what_first_tokens_wait_for() -> None:
    drawn, equal, stopping = (
        wave_share(steady(running=64.0, rounds=10.0, fixed=fixed, mixed=mixed), np.ones(1), SHIPPED.operators)[0] * 63
        for fixed, mixed in ((False, True), (True, True), (True, False))
    )
    assert 0 < drawn < equal + 3 < stopping
    once = wave_share(steady(running=64.0, rounds=1.0), np.ones(1), SHIPPED.operators)[0] * 63
    assert once == pytest.approx((64 + 1 - 2) / 2)
    assert wave_share(steady(running=1.0), np.ones(1), SHIPPED.operators)[0] == 0.0


def test_long_tails_lengthen_a_burst() -> None:
    even, long = (
        burst(steady(requests=8.0, longest=r), client(drain=0.5), SHIPPED.operators).output_tok_s[0] for r in (1.0, 4.0)
    )
    assert long < even / 1.5


def test_equal_prompts_that_fit_into_one_step_keep_together_or_come_apart() -> None:
    def others(**more: float) -> float:
        share = wave_share(steady(running=32.0, rounds=10.0, early=0.0, fixed=True, **more), np.ones(1), OPERATORS)
        return float(share[0] * 31)

    # 64 prompts fit: steps that carry prompts take all 32 together, passes of prompts take them one by one.
    assert others(batch=64.0, mixed=True) == pytest.approx(31.0)
    assert others(batch=64.0, mixed=False) == 0.0
    # One prompt fits: a few go together, or all queue.
    assert others(batch=1.0, mixed=True) == pytest.approx(OPERATORS.equal_companions)
    assert others(batch=1.0, mixed=False) == pytest.approx(15.5)
