"""The chosen candidate from all sides, a tab each; only the side that is seen is drawn."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.text import Text
from textual import on
from textual.containers import VerticalScroll
from textual.message import Message
from textual.widgets import Input, TabbedContent, TabPane, Tabs

from tui.pictures import load, roofline
from tui.widgets.chart import Chart
from tui.widgets.framed import Framed
from tui.widgets.memory_bar import MemoryBar
from tui.widgets.sources import deploy, loses, sources, start_lines
from tui.widgets.steps import Steps
from tui.widgets.still import Still
from tui.widgets.turning import Turning

if TYPE_CHECKING:
    from planner.answers import Memory, Plan
    from planner.plan.candidate import Details


class Sides(Turning, Framed):
    """Memory, steps, roofline, load, sources, why not, deployment."""

    class Asked(Message):
        """Why not this GPU, format, engine or provider?"""

        def __init__(self, name: str) -> None:
            super().__init__()
            self.name = name

    def __init__(self) -> None:
        super().__init__(id="sides")
        self._found: Details | None = None
        self._reason = ""

    def show(self, found: Details | None) -> None:
        self._found = found
        if found is None:
            self._empty()
        else:
            self._draw()

    @property
    def _plan(self) -> Plan | None:
        found = self._found
        return found.answer if found is not None and found.answer.status == "feasible" else None

    def show_memory(self, memory: Memory | None) -> None:
        self.query_one(MemoryBar).show(memory)

    def show_reason(self, shown: str) -> None:
        """Why not the one that was asked for; an empty text where the question is another."""
        self._reason = shown
        asked = self.query_one("#why", Input)
        if not shown and not asked.has_focus:
            asked.value = ""
        if self.active == "side-why":
            self._show_reasons()

    def _show_reasons(self) -> None:
        """What was asked for stands first: there may be room for little."""
        text = Text(self._reason, style="bold")
        if self._found:
            text = Text.assemble(text, loses(self._found, self._plan))
        self.query_one("#reasons", Still).say(text)

    def enter(self) -> None:
        self.query_one(Tabs).focus()

    def _show_log(self, text: str) -> None:
        """The lines of the engine's log under the memory; they take no room where there are none."""
        lines = self.query_one("#log", Still)
        lines.display = bool(text)
        lines.say(text)

    def _empty(self) -> None:
        self.query_one(MemoryBar).show(None)
        self.query_one(Steps).show()
        self._show_log("")
        for name in ("roofline", "load"):
            self.query_one(f"#{name}", Chart).show(None)
        for name in ("sources", "reasons", "deploy"):
            self.query_one(f"#{name}", Still).say("")

    def _draw(self) -> None:
        found, side = self._found, self.active
        if found is None:
            return
        if side == "side-memory":
            self.query_one(MemoryBar).show(found.cluster.memory)
            self._show_log(start_lines(found))
        elif side == "side-steps":
            steps = [("decode", found.decode), ("prefill", found.prefill)]
            self.query_one(Steps).show(steps, [("TTFT", found.ttft), ("TPOT", found.tpot)])
        elif side == "side-roofline":
            self.query_one("#roofline", Chart).show(roofline(found))
        elif side == "side-load":
            self.query_one("#load", Chart).show(load(found))
        elif side == "side-sources":
            self.query_one("#sources", Still).say(sources(found, self._plan))
        elif side == "side-why":
            self._show_reasons()
        elif side == "side-deploy":
            self.query_one("#deploy", Still).say(deploy(found))

    @on(TabbedContent.TabActivated)
    def _turned(self, event: TabbedContent.TabActivated) -> None:
        event.stop()
        self._draw()

    @on(Input.Submitted, "#why")
    def _why(self, event: Input.Submitted) -> None:
        event.stop()
        if event.value.strip():
            self.post_message(self.Asked(event.value.strip()))

    @on(Input.Changed, "#why")
    def _asking(self, event: Input.Changed) -> None:
        event.stop()


def panes() -> list[TabPane]:
    """The tabs, in order."""
    why = Input(placeholder="a GPU, format, engine or provider, then enter", id="why", compact=True)
    return [
        TabPane("Memory", VerticalScroll(MemoryBar(), Still(id="log")), id="side-memory"),
        TabPane("Steps", VerticalScroll(Steps()), id="side-steps"),
        TabPane("Roofline", Chart(id="roofline"), id="side-roofline"),
        TabPane("Load", Chart(id="load"), id="side-load"),
        TabPane("Sources", VerticalScroll(Still(id="sources")), id="side-sources"),
        TabPane("Why not", VerticalScroll(why, Still(id="reasons")), id="side-why"),
        TabPane("Deploy", VerticalScroll(Still(id="deploy")), id="side-deploy"),
    ]
