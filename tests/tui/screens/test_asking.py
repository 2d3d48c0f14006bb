"""What a view asks for comes back to it."""

from __future__ import annotations

import pytest
from textual.widgets import Label

from tests.tui.conftest import QUICK, answered, app, main_screen, put, until
from tui.views.whatif import WhatIfView
from tui.widgets.chart import Chart

pytestmark = pytest.mark.usefixtures("equal_plans_are_simulated_once", "whole_screens_are_drawn_only")


async def test_what_if_grows_while_keys_go_on_and_follows_the_question() -> None:
    async with app(QUICK).run_test(size=(140, 40)) as pilot:
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


async def test_what_if_opened_on_a_half_typed_number_waits_for_the_whole_one() -> None:
    async with app(QUICK).run_test(size=(140, 40)) as pilot:
        screen = main_screen(pilot)
        await until(pilot, lambda: screen._question is not None)
        await pilot.press("7")
        await until(pilot, lambda: screen.view == "whatif")
        view = screen.query_one(WhatIfView)
        for field in ("input_tokens-mean", "confidence"):
            before = screen.session.texts[field.replace("-", ".")]
            put(pilot, field, "1e")
            view.post_message(WhatIfView.Opened())
            await until(pilot, lambda: "not a whole value" in str(screen.query_one("#form-problem", Label).content))
            await pilot.pause()
            put(pilot, field, before or "0.8")
            await until(pilot, lambda: view._texts == screen.session.texts)
