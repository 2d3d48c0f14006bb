"""Keys and commands that change the question, in one app."""

from __future__ import annotations

import pytest

from tests.tui.conftest import QUICK, answered, app, main_screen, paste, until
from tui.commands import COMMANDS
from tui.screens.command import CommandLine
from tui.screens.help import HelpScreen
from tui.screens.jump import Jump
from tui.screens.picker import Picker
from tui.screens.steering import key
from tui.widgets.form import Form

pytestmark = pytest.mark.usefixtures(
    "any_answer_will_do", "equal_plans_are_simulated_once", "whole_screens_are_drawn_only"
)


def test_a_binding_is_named_by_what_it_does() -> None:
    assert key("m", "pick('model')", "Model").id == "pick-model"
    assert key("u", "undo", "Undo").id == "undo"


async def test_keys_and_commands_change_the_question() -> None:
    async with app(QUICK).run_test(size=(120, 40)) as pilot:
        await answered(pilot)
        screen = main_screen(pilot)
        session = screen.session
        assert {c.name for c in COMMANDS if not c.field} == set(screen._doers())
        await pilot.press("plus")
        assert session.texts["traffic.rate_per_s"] == "5"
        await pilot.press("minus", "colon", *"tpot", "space", *"0.1", "enter", "plus")
        assert (session.texts["traffic.rate_per_s"], session.texts["sla.tpot"]) == ("4", "0.125")
        await pilot.press("colon", *"set", "space", *"traffic.cv", "space", "2", "enter")
        assert session.base["traffic"] == {"cv": 2}
        assert "traffic.cv" in str(screen.query_one(Form).query_one("#form-hidden").render())
        await pilot.press("u")
        assert session.base == {}
        assert not screen.query_one(Form).query_one("#form-hidden").display
        before = session.texts
        for line in ("set traffic.cv many", "nonsense", "why", "theme none"):
            await pilot.press("colon")
            await paste(pilot, line)
            await pilot.press("enter")
            assert session.texts == before
        await pilot.press("escape", "a")
        for opened, kind in (("question_mark", HelpScreen), ("f", Jump), ("g", Picker), ("colon", CommandLine)):
            await pilot.press(opened)
            assert isinstance(pilot.app.screen, kind)
            await pilot.press("escape")
        await pilot.press("z")
        assert screen.maximized is not None
        await pilot.press("z", "q", "8")
        assert screen.maximized is None
        assert session.texts["model"].endswith("8")
        await pilot.press("9", "escape", "u")
        assert session.texts == before
        await answered(pilot)


async def test_a_half_typed_number_stops_no_key() -> None:
    async with app(QUICK).run_test(size=(120, 40)) as pilot:
        await answered(pilot)
        screen = main_screen(pilot)
        await until(pilot, lambda: screen.settled and bool(screen.session.asked))
        before = dict(screen.session.texts)
        screen.query_one("#sla-ttft").focus()
        await pilot.press("x", "1", "escape")
        assert screen.session.whole() is None
        await pilot.press("p")
        assert screen.session.pins == ()
        await pilot.press("h", "enter")
        await until(pilot, lambda: screen.session.texts == before)
        await answered(pilot)


async def test_letters_that_are_typed_are_one_edit() -> None:
    async with app(QUICK).run_test(size=(120, 40)) as pilot:
        await answered(pilot)
        session = main_screen(pilot).session
        main_screen(pilot).query_one("#traffic-rate_per_s").focus()
        await pilot.press("end", "0", "0", "backspace")
        assert session.texts["traffic.rate_per_s"] == "40"
        await pilot.press("ctrl+z")
        assert session.texts["traffic.rate_per_s"] == "4"
