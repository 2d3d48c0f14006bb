from __future__ import annotations

from textual.app import App, ComposeResult
from textual.widgets import Input, Static

from planner.plan.context import Context
from planner.quant.table import quant
from planner.request.reading import parse_request
from tests.tui.conftest import H100
from tui.views.quant import COMPUTING, QuantView
from tui.widgets.grid import Grid
from tui.widgets.stale import STALE


class Holder(App[None]):
    def __init__(self) -> None:
        super().__init__()
        self.asked = 0

    def compose(self) -> ComposeResult:
        yield QuantView()

    def on_quant_view_asked(self) -> None:
        self.asked += 1


def said(view: QuantView, name: str) -> str:
    return str(view.query_one(name, Static).render())


async def test_it_asks_once_a_question_and_tells_of_the_row_under_the_cursor(context: Context) -> None:
    answer = quant(parse_request({**H100, "scope": {"gpus": ["L40S"]}}), context)
    async with Holder().run_test(size=(120, 40)) as pilot:
        holder, view = pilot.app, pilot.app.query_one(QuantView)
        assert isinstance(holder, Holder)
        view.wake()
        view.wake()
        await pilot.pause()
        assert holder.asked == 1
        view.show(answer)
        view.enter()
        assert said(view, "#quant-head").startswith(f"{answer.model}: {len(answer.rows)} formats")
        await pilot.press("slash", *"fp8", "enter")
        assert "fp8" in said(view, "#quant-text").partition(":")[0]
        assert view.query_one("#quant-find", Input).display
        assert 0 < view.query_one(Grid).row_count < len(answer.rows)
        view.turn_stale()
        assert said(view, "#quant-head") == COMPUTING
        assert view.has_class(STALE)
        view.wake()
        await pilot.pause()
        assert holder.asked == 2
