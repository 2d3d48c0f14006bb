from __future__ import annotations

from textual import on
from textual.app import App, ComposeResult
from textual.widgets import Label

from tests.tui.conftest import H100
from tui.fields import texts_of
from tui.widgets.form import FieldInput, Form


class Holder(App[None]):
    def __init__(self) -> None:
        super().__init__()
        self.heard: list[Form.Changed] = []

    def compose(self) -> ComposeResult:
        yield Form(texts_of(H100))

    @on(Form.Changed)
    def _heard(self, event: Form.Changed) -> None:
        self.heard.append(event)


async def test_every_key_is_told_and_a_half_typed_value_is_named() -> None:
    app = Holder()
    async with app.run_test(size=(60, 60)) as pilot:
        rate = app.query_one("#traffic-rate_per_s", FieldInput)
        rate.focus()
        await pilot.press("end", "plus")
        await pilot.pause()
        assert app.heard[-1].texts["traffic.rate_per_s"] == rate.value == "5"
        assert app.heard[-1].half is None
        rate.value = "5e"
        await pilot.pause()
        half = app.heard[-1].half
        assert half is not None
        assert half.key == "traffic.rate_per_s"
        assert rate.has_class("-wrong")


async def test_a_problem_stands_at_the_field_it_names() -> None:
    app = Holder()
    async with app.run_test(size=(60, 60)) as pilot:
        form, label = app.query_one(Form), app.query_one("#form-problem", Label)
        form.problem("gpu: 'H999' is not known")
        await pilot.pause()
        assert label.display
        assert app.query_one("#scope-gpus", FieldInput).has_class("-wrong")
        form.problem("scope: no on_demand offer for these GPUs, providers and regions")
        await pilot.pause()
        assert app.query_one("#scope-commitment", FieldInput).has_class("-wrong")
        form.problem("")
        await pilot.pause()
        assert not label.display
        assert not app.query_one("#scope-gpus", FieldInput).has_class("-wrong")
