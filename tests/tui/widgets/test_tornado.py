from __future__ import annotations

from planner.plan.context import Context
from tests.planner.tco.conftest import answered
from tui.widgets.tornado import tornado


def test_each_input_has_a_bar_within_the_width(context: Context) -> None:
    answer = answered(context)
    lines = tornado(answer, 100).plain.splitlines()
    bars = [line for line in lines if "█" in line]
    assert len(bars) == len(answer.sensitivity) > 3
    assert max(map(len, bars)) <= 100
    assert f"{answer.chance_that_hosting_is_cheaper:.0%}" in lines[-1]
