"""Keys that come at once go where they would have gone one by one."""

from __future__ import annotations

import pytest
from textual.events import Key, Paste
from textual.widgets import Input

from tests.tui.conftest import QUICK, app, main_screen, until
from tui.app import MOST_SAID, GpuPlanApp
from tui.key_order import WAYS, KeyOrder
from tui.screens.main import MainScreen
from tui.screens.picker import Picker

pytestmark = pytest.mark.usefixtures(
    "any_answer_will_do", "equal_plans_are_simulated_once", "whole_screens_are_drawn_only"
)
NAMES = {":": "colon", " ": "space", "/": "slash", "\n": "enter", "\x1b": "escape"}


def burst(app: GpuPlanApp, text: str) -> None:
    for letter in text:
        app.post_message(Key(NAMES.get(letter, letter), letter if letter.isprintable() else None))


async def test_keys_of_one_burst_reach_the_screens_that_they_open() -> None:
    async with app(QUICK).run_test(size=(100, 30)) as pilot:
        await until(
            pilot, lambda: isinstance(pilot.app.screen, MainScreen) and bool(main_screen(pilot).names.get("model"))
        )
        screen, texts = main_screen(pilot), main_screen(pilot).session.texts
        burst(pilot.app, ":rate 7\n:input 300\n")
        await until(pilot, lambda: screen.session.texts["input_tokens.mean"] == "300")
        assert screen.session.texts == {**texts, "traffic.rate_per_s": "7", "input_tokens.mean": "300"}
        burst(pilot.app, "gh2")
        await until(pilot, lambda: isinstance(pilot.app.screen, Picker))
        await until(pilot, lambda: pilot.app.screen.query_one(Input).value == "h2")
        burst(pilot.app, "\x1br9")
        pilot.app.post_message(Paste("00"))
        burst(pilot.app, "\n6/b2")
        await until(pilot, lambda: screen.session.texts["traffic.rate_per_s"] == "900")
        await until(pilot, lambda: bool(screen.query("#catalog-find")))
        await until(pilot, lambda: screen.query_one("#catalog-find", Input).value == "b2")


async def test_a_key_waits_for_the_one_before_it_and_not_for_one_that_is_lost() -> None:
    async with app(QUICK).run_test(size=(100, 30)) as pilot:
        order, first, other = KeyOrder(pilot.app), Key("a", "a"), Key("b", "b")
        assert WAYS > 0
        assert order.takes(first)
        assert not order.takes(other)
        order._done(order._number)
        assert order.takes(other)
        assert not order.takes(first)


async def test_a_long_text_that_is_no_command_is_said_in_few_letters() -> None:
    async with app(QUICK).run_test(size=(100, 30)) as pilot:
        await until(pilot, lambda: isinstance(pilot.app.screen, MainScreen))
        burst(pilot.app, ":")
        pilot.app.post_message(Paste("x" * 100_000))
        burst(pilot.app, "\n")
        await until(pilot, lambda: len(pilot.app._notifications) > 0)
        (said,) = [each.message for each in pilot.app._notifications]
        assert said.startswith(f"{'x' * 59}…: no such command")
        pilot.app.notify("y" * 1000)
        await until(pilot, lambda: MOST_SAID in [len(each.message) for each in pilot.app._notifications])
