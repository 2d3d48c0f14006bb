from __future__ import annotations

from pathlib import Path

import pytest
from textual.app import App, ComposeResult
from textual.widgets import Input, Select

from planner.errors import InputError
from tui.jobs import RunTerms
from tui.widgets.run_form import RunForm


class Holder(App[None]):
    def compose(self) -> ComposeResult:
        yield RunForm()


async def test_what_stands_in_the_form_is_what_is_run_and_half_a_number_is_told() -> None:
    async with Holder().run_test(size=(100, 10)) as pilot:
        form = pilot.app.query_one(RunForm)
        assert form.terms() == RunTerms(600.0, 0, None, "least_loaded")
        form.replay("day.csv")
        form.query_one("#seed", Input).value = "7"
        form.query_one("#route", Select).value = "prefix"
        assert form.terms() == RunTerms(600.0, 7, Path("day.csv"), "prefix")
        form.query_one("#seconds", Input).value = "6e"
        with pytest.raises(InputError, match="numbers are needed"):
            form.terms()
