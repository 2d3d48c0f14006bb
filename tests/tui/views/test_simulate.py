from __future__ import annotations

from textual.app import App, ComposeResult
from textual.widgets import Input

from tui.views.simulate import SimulateView


class Holder(App[None]):
    def compose(self) -> ComposeResult:
        yield SimulateView()


async def test_a_trace_is_named_from_elsewhere_and_nothing_runs_without_a_cluster() -> None:
    async with Holder().run_test(size=(120, 30)) as pilot:
        view = pilot.app.query_one(SimulateView)
        view.replay("mine.csv")
        assert view.query_one("#trace", Input).value == "mine.csv"
        view.action_run()
        assert not view.running
