from __future__ import annotations

from textual.app import App, ComposeResult
from textual.widgets import Static

from tests.tui.conftest import H100
from tui.fields import rest_of, texts_of
from tui.views.whatif import WhatIfView
from tui.whatif import SHARES, Quote
from tui.widgets.chart import Chart
from tui.widgets.heat import HeatMap


class Holder(App[None]):
    def __init__(self) -> None:
        super().__init__()
        self.asked: list[WhatIfView.Asked] = []

    def compose(self) -> ComposeResult:
        yield WhatIfView()

    def on_what_if_view_asked(self, event: WhatIfView.Asked) -> None:
        self.asked.append(event)


async def test_places_are_asked_for_one_by_one_and_those_of_another_knob_are_left_out() -> None:
    async with Holder().run_test(size=(120, 40)) as pilot:
        holder, view = pilot.app, pilot.app.query_one(WhatIfView)
        assert isinstance(holder, Holder)
        view.take(texts_of(H100), rest_of(H100), ["bf16"])
        await pilot.pause()
        head = view.query_one("#whatif-head", Static)
        (first,) = holder.asked
        assert f"; 0 of {3 * len(SHARES)}" in str(head.render())
        view.add(first.data, first.spot, Quote(1.5, "1 x a"))
        await pilot.pause()
        assert len(holder.asked) == 2
        assert f"; 1 of {3 * len(SHARES)}" in str(head.render())
        view.action_both()
        await pilot.pause()
        assert (view.query_one(Chart).display, view.query_one(HeatMap).display) == (False, True)
        before = str(head.render())
        view.add(holder.asked[1].data, holder.asked[1].spot, Quote(1.5, "1 x a"))
        await pilot.pause()
        assert str(head.render()) == before
