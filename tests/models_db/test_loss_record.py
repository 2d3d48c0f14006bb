from __future__ import annotations

from dataclasses import replace

import pytest

from models_db.loss_record import Loss, ServedLoss

HALF = Loss("a", 99.5, 0.2, "family", "task", 3, 300, ("m",), ("MMLU",), ("s",))
WHOLE = Loss("kv b", 100.0, 0.0, "this model", "native")
NOTHING = Loss("c", None, 0.0, "none", "none")


def test_a_limit_asks_for_the_estimate_and_its_range() -> None:
    assert HALF.within(1.0)
    assert not HALF.within(0.4)
    assert not replace(HALF, stderr_pct=1.5).within(1.0)
    assert replace(HALF, stderr_pct=1.5).within(1.3)
    assert WHOLE.within(0.0)
    assert not NOTHING.within(100.0)


def test_a_recovery_above_the_whole_is_no_gain() -> None:
    lucky = replace(HALF, recovery_pct=101.5)
    assert lucky.loss_pct == 0.0
    assert lucky.range_pct == (100.0, 100.0)


def test_both_losses_together() -> None:
    assert ServedLoss(HALF, WHOLE).together == HALF
    assert ServedLoss(replace(WHOLE, format="a"), HALF).together == HALF
    cache = replace(HALF, format="kv c", nearness="size class", recovery_pct=99.0, stderr_pct=0.3, rows=2)
    both = ServedLoss(HALF, cache).together
    assert both.recovery_pct == pytest.approx(99.5 * 0.99)
    assert both.stderr_pct == pytest.approx((0.2**2 + 0.3**2) ** 0.5)
    assert (both.nearness, both.rows) == ("size class", 5)
    assert ServedLoss(HALF, NOTHING).together == NOTHING
    assert not ServedLoss(HALF, NOTHING).within(5.0)
