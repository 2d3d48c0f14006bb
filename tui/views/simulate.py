"""Simulate: traffic against the chosen cluster, request by request, seen while it runs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.message import Message
from textual.widgets import Button, ProgressBar, Static

from planner.errors import InputError
from planner.report.table import written
from tui.jobs import RunAsked
from tui.views.base import View
from tui.widgets.run_form import RunForm
from tui.widgets.run_result import Subject, subject_text, verdict
from tui.widgets.run_sides import RunSides, run_panes
from tui.widgets.stale import mark_stale

if TYPE_CHECKING:
    from planner.answers import Cluster, Simulation
    from planner.request.request import Request
    from planner.simulation.progress import Glance

PLANNING = "the question is being planned ..."


class SimulateView(View):
    """Asks for one run at a time; plans go on beside it."""

    # Never disabled, as the buttons are: keys of a view act where something in it has the focus.
    first = "#run-sides Tabs"
    lane = "run"

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("r", "run", "Run"),
        Binding("l", "screen.command('trace ')", "Trace", id="trace"),
        Binding("escape", "stop", "Cancel the run"),
        Binding("comma", "turn(-1)", "Side before", show=False),
        Binding("full_stop", "turn(1)", "Next side", show=False),
    ]

    class Made(Message):
        """It is there, and knows no cluster yet."""

    @dataclass
    class Asked(Message):
        """Another run."""

        run: RunAsked

    class Stopped(Message):
        """The run is not wanted any more."""

    def __init__(self) -> None:
        super().__init__(id="simulate")
        # Of the next run, and of the one that is seen.
        self._subject: Subject | None = None
        self._seen_subject: Subject | None = None
        self._told = ""
        self._run = 0
        self._seen: list[Glance] = []
        self.running = False

    def compose(self) -> ComposeResult:
        yield Static("no plan yet", id="simulate-head", markup=False)
        yield RunForm()
        with Horizontal(id="simulate-buttons"):
            yield Button("Run (r)", id="run", variant="primary", compact=True)
            yield Button("Cancel (esc)", id="stop", disabled=True, compact=True)
            yield ProgressBar(total=100, id="simulate-progress", show_eta=False)
        yield Static("", id="live", markup=False)
        with RunSides():
            yield from run_panes()

    def on_mount(self) -> None:
        self.post_message(self.Made())

    def replay(self, path: str) -> None:
        """The trace of the next run."""
        self.query_one(RunForm).replay(path)

    def take(self, request: Request, cluster: Cluster | None) -> None:
        """The cluster that the next run is of."""
        self._subject = Subject(request, cluster) if cluster is not None else None
        text = subject_text(self._subject) if self._subject else "no cluster meets the request: nothing to simulate"
        self._head(text)

    def turn_stale(self) -> None:
        """The question is another one: what was run is not of it, and its own cluster is not known yet."""
        super().turn_stale()
        self._subject = None
        self._head(PLANNING)

    def show_problem(self, text: str) -> None:
        self._head(f"no plan: {text}")

    def _head(self, text: str) -> None:
        self.query_one("#simulate-head", Static).update(text, layout=False)
        self._tell(self._told)

    @property
    def stale(self) -> bool:
        """Whether the run that is seen is of another cluster or question than the next one."""
        return self._seen_subject is not None and self._seen_subject != self._subject

    def _tell(self, text: str) -> None:
        """The line of the run that is seen, and what it is of where that is not the subject of the next one."""
        self._told = text
        if self._seen_subject is not None and self.stale:
            text = f"stale: of {subject_text(self._seen_subject)}\n{text}"
        self.query_one("#live", Static).update(text)
        for name in ("#live", "#run-sides"):
            mark_stale(self.query_one(name), self.stale)

    @on(Button.Pressed, "#run")
    def action_run(self) -> None:
        if self._subject is None:
            self.notify("there is no cluster of this question to run", severity="warning")
            return
        if self.running and not self.stale:
            return
        try:
            terms = self.query_one(RunForm).terms()
        except InputError as error:
            self.query_one(RunSides).say(str(error))
            return
        if self.running:
            self.post_message(self.Stopped())
        self._run, self._seen, self._seen_subject = self._run + 1, [], self._subject
        self._tell("")
        self.query_one("#simulate-progress", ProgressBar).update(total=100, progress=0)
        self.query_one(RunSides).begin()
        self._turn(running=True)
        self.post_message(self.Asked(RunAsked(self._run, self._subject.request, self._subject.cluster, terms)))

    @on(Button.Pressed, "#stop")
    def action_stop(self) -> None:
        if self.running:
            self._run += 1
            self.post_message(self.Stopped())
            self.show_failure("cancelled")

    def action_turn(self, by: int) -> None:
        self.query_one(RunSides).action_turn(by)

    def _turn(self, *, running: bool) -> None:
        self.running = running
        if isinstance(self.screen.focused, Button):
            self.enter()
        self.query_one("#run", Button).disabled = running
        self.query_one("#stop", Button).disabled = not running

    def glance(self, run: int, g: Glance) -> None:
        """The run as it stands; a glance of an older run is not drawn."""
        if run != self._run:
            return
        self._seen.append(g)
        self.query_one("#simulate-progress", ProgressBar).update(progress=100.0 * g.sent / max(1, g.requests))
        self._tell(
            f"{g.at_s:,.0f} s, {g.sent:,} of {g.requests:,} requests sent; {g.waiting} wait, {g.answering} answer; "
            f"TTFT p50 {g.ttft_p50_s:.3f} s, p95 {g.ttft_p95_s:.3f} s; TPOT p95 {written(1e3 * g.tpot_p95_s, '.1f')} ms"
        )
        self.query_one(RunSides).glance(self._seen)

    def end(self, run: int, outcome: Simulation) -> None:
        """The run is over; one that was cancelled before it was known is not drawn."""
        if run != self._run:
            return
        self._turn(running=False)
        self.query_one("#simulate-progress", ProgressBar).update(progress=100)
        self._tell(verdict(outcome))
        self.query_one(RunSides).end(outcome, self._seen[-1] if self._seen else None)

    def show_failure(self, text: str) -> None:
        """Why there is no run."""
        self._turn(running=False)
        self.query_one(RunSides).say(text)
