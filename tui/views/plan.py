"""The plan: headline, candidates, and the chosen one from all sides."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.message import Message
from textual.widgets import Input, Static, TabbedContent, TabPane

from tui.widgets.badge import CHECKING, INFEASIBLE, OUTDATED, STALE, Badge
from tui.widgets.candidates import CandidateGrid, key_of
from tui.widgets.chart import Chart, Picture, Series
from tui.widgets.grid import Grid
from tui.widgets.headline import Headline
from tui.widgets.memory_bar import MemoryBar
from tui.widgets.sources import deploy, loses, sources, start_lines
from tui.widgets.steps import Steps

if TYPE_CHECKING:
    from planner.answers import Infeasible, Plan, WhyNot
    from planner.plan.candidate import Details, LoadCurve
    from planner.plan.shortlist import Entry


class PlanView(Vertical):
    """Draws the newest answer; asks for the details of the candidate under the cursor."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("slash", "find", "Filter"),
        Binding("p", "pin", "Pin"),
        Binding("y", "copy", "Copy command"),
    ]

    @dataclass
    class Looked(Message):
        """The cursor stands on another candidate."""

        index: int

    @dataclass
    class Asked(Message):
        """Why not this GPU, format, engine or provider?"""

        name: str

    @dataclass
    class Pinned(Message):
        found: Details

    def __init__(self) -> None:
        super().__init__(id="plan")
        self.details: Details | None = None
        self._plan: Plan | None = None

    def compose(self) -> ComposeResult:
        yield Badge()
        yield Headline()
        yield Input(placeholder="filter the candidates: GPU, format, provider ...", id="find", compact=True)
        yield CandidateGrid()
        with TabbedContent(id="sides"):
            with TabPane("Memory", id="side-memory"), VerticalScroll():
                yield MemoryBar()
                yield Static("", id="log", markup=False)
            with TabPane("Steps", id="side-steps"), VerticalScroll():
                yield Steps()
            with TabPane("Roofline", id="side-roofline"):
                yield Chart(id="roofline")
            with TabPane("Load", id="side-load"):
                yield Chart(id="load")
            with TabPane("Sources", id="side-sources"), VerticalScroll():
                yield Static("", id="sources", markup=False)
            with TabPane("Why not", id="side-why"), VerticalScroll():
                yield Input(placeholder="a GPU, format, engine or provider, then enter", id="why", compact=True)
                yield Static("", id="reasons", markup=False)
            with TabPane("Deploy", id="side-deploy"), VerticalScroll():
                yield Static("", id="deploy", markup=False)

    def show(
        self, entries: list[Entry], infeasible: Infeasible | None, pinned: frozenset[tuple[str, str, str]]
    ) -> None:  # fmt: skip
        grid = self.query_one(CandidateGrid)
        grid.show_entries(entries, pinned)
        self.details = None  # those of the new candidates are on their way
        if infeasible is None and grid.chosen is not None:
            self.query_one(Badge).show(CHECKING)
            self.query_one(Headline).show(entries[0])
            self.post_message(self.Looked(grid.chosen.index))
            return
        self._empty()
        if infeasible is not None:
            self.query_one(Badge).show(INFEASIBLE)
            self.query_one(Headline).show_infeasible(infeasible)
            if infeasible.nearest is not None:
                self.query_one(MemoryBar).show(infeasible.nearest.memory)

    def show_another(self, entries: list[Entry], pinned: frozenset[tuple[str, str, str]]) -> None:
        """The candidates that the simulated winner was found among; it is the chosen one."""
        grid = self.query_one(CandidateGrid)
        grid.show_entries(entries, pinned, first=True)
        self.details = None
        self.query_one(Headline).show(entries[0])
        self.post_message(self.Looked(entries[0].index))

    def badge(self, state: str, why: str = "") -> None:
        self.query_one(Badge).show(state, why)

    def stale(self, stale: bool) -> None:
        """Whether what is seen is of an older question: dimmed, and marked in words."""
        stale = stale and self.query_one(Headline).state != "computing"
        for widget in (self.query_one(Headline), self.query_one(CandidateGrid), self.query_one("#sides")):
            widget.set_class(stale, "-stale")
        if stale:
            self.badge(STALE)

    def show_problem(self, text: str) -> None:
        """The last candidates stay, marked as old; the headline says what is wrong."""
        self.stale(True)
        self.badge(OUTDATED if self.query_one(CandidateGrid).entries else "error")
        headline = self.query_one(Headline)
        headline.set_class(False, "-stale")
        headline.show_problem(text)

    def show_details(self, found: Details) -> None:
        self.details = found
        self._plan = found.answer if found.answer.status == "feasible" else None
        entries = self.query_one(CandidateGrid).entries
        if self._plan is not None and entries:
            self.query_one(Headline).show_binding(entries[0], self._plan)
        self._draw()

    def show_wider(self, found: Details) -> None:
        """The same candidate with what other classes of offers would save: it stands among the sources."""
        self.details = found
        self._plan = found.answer if found.answer.status == "feasible" else None
        if self.query_one("#sides", TabbedContent).active == "side-sources":
            self._draw()

    def show_nearest(self, found: Infeasible) -> None:
        """The same infeasible answer with what else would do."""
        if self.query_one(Headline).state == "infeasible":
            self.query_one(Headline).show_infeasible(found)

    def show_reason(self, reason: WhyNot) -> None:
        self._why_not(f"{reason.what}: {reason.reason}\n")

    def show_waiting(self, name: str) -> None:
        """A reason is asked for, and the plan it is measured against is not simulated yet."""
        self._why_not(f"{name}: computing, after the plan is checked\n")

    def _why_not(self, shown: str) -> None:
        text = loses(self.details, self._plan) if self.details else None
        self.query_one("#reasons", Static).update(text.append(shown, style="bold") if text else shown)

    def _show_log(self, text: str) -> None:
        """The lines of the engine's log under the memory; they take no room where there are none."""
        lines = self.query_one("#log", Static)
        lines.display = bool(text)
        lines.update(text)

    def _empty(self) -> None:
        self.details = None
        self.query_one(MemoryBar).show(None)
        self.query_one(Steps).show()
        for name in ("roofline", "load"):
            self.query_one(f"#{name}", Chart).show(None)
        self._show_log("")
        for name in ("sources", "reasons", "deploy"):
            self.query_one(f"#{name}", Static).update("")

    def _draw(self) -> None:
        """Only the side that is seen; the others follow when they are."""
        found = self.details
        if found is None:
            return
        side = self.query_one("#sides", TabbedContent).active
        if side == "side-memory":
            self.query_one(MemoryBar).show(found.cluster.memory)
            self._show_log(start_lines(found))
        elif side == "side-steps":
            steps, means = (
                [("decode", found.decode), ("prefill", found.prefill)],
                [("TTFT", found.ttft), ("TPOT", found.tpot)],
            )
            self.query_one(Steps).show(steps, means)
        elif side == "side-roofline":
            self.query_one("#roofline", Chart).show(roofline(found))
        elif side == "side-load":
            self.query_one("#load", Chart).show(load(found.load))
        elif side == "side-sources":
            self.query_one("#sources", Static).update(sources(found, self._plan))
        elif side == "side-why":
            self.query_one("#reasons", Static).update(loses(found, self._plan))
        elif side == "side-deploy":
            self.query_one("#deploy", Static).update(deploy(found))

    @on(TabbedContent.TabActivated)
    def _turned(self, event: TabbedContent.TabActivated) -> None:
        event.stop()
        self._draw()

    @on(Grid.Highlighted)
    def _moved(self, event: Grid.Highlighted) -> None:
        event.stop()
        chosen = self.query_one(CandidateGrid).chosen
        if chosen is not None:
            self.post_message(self.Looked(chosen.index))

    @on(Grid.Chosen)
    def _chosen(self, event: Grid.Chosen) -> None:
        event.stop()
        self.action_pin()

    @on(Input.Changed, "#find")
    def _filter(self, event: Input.Changed) -> None:
        event.stop()
        self.query_one(CandidateGrid).filter(event.value)

    @on(Input.Submitted, "#find")
    def _found(self, event: Input.Submitted) -> None:
        event.stop()
        self.query_one(CandidateGrid).focus()

    @on(Input.Submitted, "#why")
    def _why(self, event: Input.Submitted) -> None:
        event.stop()
        if event.value.strip():
            self.post_message(self.Asked(event.value.strip()))

    @on(Input.Changed, "#why")
    def _asking(self, event: Input.Changed) -> None:
        event.stop()

    def action_find(self) -> None:
        self.query_one("#find", Input).focus()

    def action_pin(self) -> None:
        if self.details is not None:
            self.post_message(self.Pinned(self.details))

    def action_copy(self) -> None:
        if self.details is not None:
            self.app.copy_to_clipboard("\n".join(self.details.deploy))
            self.notify("the start command is on the clipboard")

    def mark(self, pinned: frozenset[tuple[str, str, str]]) -> None:
        grid = self.query_one(CandidateGrid)
        grid.mark(frozenset(i for i, e in enumerate(grid.entries) if key_of(e) in pinned))


def roofline(found: Details) -> Picture:
    """Both phases under their roofs, in units of the ridge and of the compute roof."""
    xs = [2.0**k for k in range(-7, 8)]
    roof = Series("roof", xs, [min(1.0, x) for x in xs])
    points = tuple(Series(p.name, [p.intensity], [p.attained], points=True) for p in found.roofline)
    notes = tuple(
        f"{p.name}: {p.intensity:.2f} x the ridge, {p.attained:.0%} of the compute roof, "
        f"{'compute' if p.intensity > 1 else 'bandwidth'} binds"
        for p in found.roofline
    )
    return Picture(
        "operations a byte over the ridge", "intensity / ridge", "share of compute roof", (roof, *points),
        log_x=True, log_y=True, down=(1.0,), notes=notes,
    )  # fmt: skip


def load(curve: LoadCurve) -> Picture:
    """p95 over requests a second: the rate asked for, where the SLA breaks, where it saturates."""
    ms = [1e3 * v for v in curve.tpot_p95_s]
    first = [1e3 * v for v in curve.ttft_p95_s]
    return Picture(
        "p95 over the load", "requests a second", "ms",
        (Series("first token", curve.rate_per_s, first), Series("each token", curve.rate_per_s, ms)), log_y=True,
        down=(curve.asked_per_s, curve.breaks_at),
        notes=(
            f"asked {curve.asked_per_s:.3g}, breaks at {curve.breaks_at:.3g}, "
            f"saturates at {curve.saturates_at:.3g} requests a second",
        ),
    )  # fmt: skip
