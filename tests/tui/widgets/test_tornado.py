from __future__ import annotations

import pytest
from textual.app import App, ComposeResult

from planner.plan.context import Context
from tests.consistency.drawn import TORTURE
from tests.planner.tco.conftest import answered
from tui.widgets.tornado import Tornado, tornado


def test_each_input_has_a_bar_within_the_width(context: Context) -> None:
    answer = answered(context)
    lines = tornado(answer, 100).plain.splitlines()
    bars = [line for line in lines if "█" in line]
    assert len(bars) == len(answer.sensitivity) > 3
    assert max(map(len, bars)) <= 100
    assert f"{answer.chance_that_hosting_is_cheaper:.0%}" in lines[-1]


class Holder(App[None]):
    def compose(self) -> ComposeResult:
        yield Tornado()


@pytest.mark.parametrize("width", [70, 160] if TORTURE else [160])
async def test_bars_are_as_wide_as_the_screen_after_it_changed(context: Context, width: int) -> None:
    answer = answered(context)
    async with Holder().run_test(size=(100, 40)) as pilot:
        shown = pilot.app.query_one(Tornado)
        shown.show(answer)
        await pilot.resize_terminal(width, 40)
        assert str(shown.render()) == tornado(answer, width).plain
        shown.show(None)
        assert str(shown.render()) == ""
