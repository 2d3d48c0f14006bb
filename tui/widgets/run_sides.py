"""A run from all sides, a tab each: how its latencies are spread, its course, its figures."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.text import Text
from textual import on
from textual.containers import Horizontal, VerticalScroll
from textual.widgets import Static, TabbedContent, TabPane

from tui.widgets.chart import Chart
from tui.widgets.run_result import NAMES, course, over_time, spread_of, words
from tui.widgets.turning import Turning

if TYPE_CHECKING:
    from collections.abc import Sequence

    from planner.answers import Simulation
    from planner.simulation.progress import Glance

BEFORE = "queue, running sequences and p95 appear here while it runs"
# Metrics that are drawn whether they have a limit or not.
ALWAYS = ("ttft", "tpot")


class RunSides(Turning):
    """Over time while it runs, the spread against the limits once it has ended; figures or what is wrong in words."""

    def __init__(self) -> None:
        super().__init__(id="run-sides")

    @on(TabbedContent.TabActivated)
    def _turned(self, event: TabbedContent.TabActivated) -> None:
        event.stop()

    def begin(self) -> None:
        """Another run."""
        self._tell("")
        self._draw_spread(None)
        self.active = "run-course"

    def glance(self, seen: Sequence[Glance]) -> None:
        self.query_one("#live-chart", Chart).show(over_time(seen))

    def say(self, text: str) -> None:
        """Why there is no run."""
        self._tell(text)
        self.active = "run-figures"

    def end(self, run: Simulation, last: Glance | None) -> None:
        self._tell(words(run))
        if last is not None and last.spread is not None:
            self.query_one("#live-chart", Chart).show(course(last.spread))
            self._draw_spread(run, last)
        self.active = "run-spread"

    def _tell(self, text: str | Text) -> None:
        self.query_one("#result", Static).update(text)

    def _draw_spread(self, run: Simulation | None, last: Glance | None = None) -> None:
        """A chart for each metric that has a limit, and for first and later tokens."""
        from planner.simulation.spread import SHARES

        limited = {check.key.partition("_")[0] for check in run.sla} if run is not None else set()
        for metric in NAMES:
            chart = self.query_one(f"#spread-{metric}", Chart)
            chart.display = metric in limited or metric in ALWAYS
            found = last.spread if last is not None else None
            chart.show(spread_of(found, metric, SHARES, run.sla) if run is not None and found is not None else None)


def run_panes() -> list[TabPane]:
    """The tabs, in order."""
    charts = (Chart(id=f"spread-{metric}", empty="no request has one") for metric in NAMES)
    return [
        TabPane("Over time", Chart(id="live-chart", before=BEFORE), id="run-course"),
        TabPane("Distribution", Horizontal(*charts), id="run-spread"),
        TabPane("Figures", VerticalScroll(Static("", id="result", markup=False)), id="run-figures"),
    ]
