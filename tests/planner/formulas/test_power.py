from __future__ import annotations

import pytest

from planner.formulas.power import board_power_w


def test_power_goes_in_a_straight_line_from_idle_to_busy() -> None:
    assert [board_power_w(1000.0, load) for load in (0.0, 0.5, 1.0)] == pytest.approx([200.0, 500.0, 800.0])
    assert board_power_w(1000.0, 1.0, busy_share=1.0) == pytest.approx(1000.0)
