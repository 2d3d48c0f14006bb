"""What a view asks for comes back to it."""

from __future__ import annotations

import pytest

from tests.tui.conftest import answered, app, main_screen, until
from tui.views.whatif import WhatIfView
from tui.widgets.chart import Chart

pytestmark = pytest.mark.usefixtures("equal_plans_are_simulated_once", "whole_screens_are_drawn_only")


async def test_what_if_grows_while_keys_go_on_and_follows_the_question() -> None:
    async with app().run_test(size=(140, 40)) as pilot:
        await answered(pilot)
        screen = main_screen(pilot)
        await pilot.press("7")
        await until(pilot, lambda: screen.view == "whatif")
        view = screen.query_one(WhatIfView)
        await until(pilot, lambda: len(view._known) >= 2)
        assert view.query_one(Chart).picture is not None
        await pilot.press("b")
        await until(pilot, lambda: "$" in str(view.query_one("#whatif-map").render()))
        await pilot.press("plus")
        assert screen.session.texts["traffic.rate_per_s"] == "5"
        await until(pilot, lambda: any(spot.values[0] == "2" for spot in view._known))
        await pilot.press("1")
        await until(pilot, lambda: screen.settled)
