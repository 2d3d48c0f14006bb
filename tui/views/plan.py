"""The plan: the winner at a glance, its candidates, and the chosen one from all sides."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.message import Message
from textual.widgets import Input

from tui.views.base import View
from tui.widgets.badge import CHECKING, INFEASIBLE, OUTDATED, STALE, Badge
from tui.widgets.candidates import CandidateGrid, key_of, key_of_cluster
from tui.widgets.grid import Grid
from tui.widgets.headline import Headline
from tui.widgets.sides import Sides, panes
from tui.widgets.stale import mark_stale

if TYPE_CHECKING:
    from planner.answers import Infeasible, WhyNot
    from planner.plan.candidate import Details
    from planner.plan.shortlist import Entry


class PlanView(View):
    """Draws the newest answer; asks for the details of the candidate under the cursor."""

    first = "#candidates"
    lane = "plan"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("slash", "find", "Filter", id="filter"),
        Binding("p", "pin", "Pin", id="pin"),
    ]

    @dataclass
    class Looked(Message):
        """The cursor stands on another candidate."""

        index: int

    @dataclass
    class Pinned(Message):
        """The candidate is to be kept; None where its details are not there yet."""

        found: Details | None

    def __init__(self) -> None:
        super().__init__(id="plan")
        self.details: Details | None = None
        # Whether the winner at the top is of a newer question than its candidates.
        self._ahead = False

    def compose(self) -> ComposeResult:
        yield Badge()
        yield Headline()
        yield Input(placeholder="filter the candidates: GPU, format, provider ...", id="find", compact=True)
        grid = CandidateGrid()
        grid.border_title = "candidates (a), closed form at 50 %"
        yield grid
        with Sides() as sides:
            sides.border_title = "the chosen one (d)"
            yield from panes()

    def on_mount(self) -> None:
        self.query_one("#find").display = False

    def show_leader(self, entry: Entry, *, newest: bool) -> None:
        """The winner of a question, before its candidates."""
        self._ahead = True
        headline = self.query_one(Headline)
        headline.show(entry)
        if newest:
            mark_stale(headline, False)
            self.badge(CHECKING)

    def show(
        self, entries: list[Entry], infeasible: Infeasible | None, pinned: frozenset[tuple[str, str, str]]
    ) -> None:  # fmt: skip
        grid = self.query_one(CandidateGrid)
        grid.show_entries(entries, pinned)
        self.details, self._ahead = None, False  # those of the new candidates are on their way
        self.query_one(Sides).show_reason("")
        if infeasible is None and grid.looked_at is not None:
            self.badge(CHECKING)
            self.query_one(Headline).show(entries[0])
            self.post_message(self.Looked(grid.looked_at.index))
            return
        self.query_one(Sides).show(None)
        if infeasible is not None:
            self.badge(INFEASIBLE)
            self.query_one(Headline).show_infeasible(infeasible)
            if infeasible.nearest is not None:
                self.query_one(Sides).show_memory(infeasible.nearest.memory)

    def show_another(self, entries: list[Entry], pinned: frozenset[tuple[str, str, str]]) -> None:
        """The candidates that the simulated winner was found among; it is the chosen one."""
        self.query_one(CandidateGrid).show_entries(entries, pinned, first=True)
        self.details = None
        self.query_one(Headline).show(entries[0])
        self.post_message(self.Looked(entries[0].index))

    def badge(self, state: str, why: str = "") -> None:
        self.query_one(Badge).show(state, why)

    def mark_stale(self, stale: bool) -> None:
        """Whether what is seen is of an older question: dimmed, and marked in words."""
        stale = stale and self.query_one(Headline).state != "computing"
        for widget in (self.query_one(Headline), self.query_one(CandidateGrid), self.query_one(Sides)):
            mark_stale(widget, stale)
        if stale:
            self.badge(STALE)

    def show_problem(self, text: str) -> None:
        """The last candidates stay, marked as old; the headline says what is wrong."""
        self.mark_stale(True)
        self.badge(OUTDATED if self.query_one(CandidateGrid).entries else "error")
        headline = self.query_one(Headline)
        mark_stale(headline, False)
        headline.show_problem(text)

    def show_details(self, found: Details) -> None:
        """What is wrong with the question stays in the place of the winner."""
        self.details = found
        entries, headline = self.query_one(CandidateGrid).entries, self.query_one(Headline)
        if found.answer.status == "feasible" and entries and headline.state != "error" and not self._ahead:
            headline.show_plan(entries[0], found.answer)
        self.query_one(Sides).show(found)

    def show_wider(self, found: Details) -> None:
        """The same candidate with what other classes of offers would save: it stands among the sources."""
        self.details = found
        self.query_one(Sides).show(found)

    def show_nearest(self, found: Infeasible) -> None:
        """The same infeasible answer with what else would do."""
        if self.query_one(Headline).state == "infeasible":
            self.query_one(Headline).show_infeasible(found)

    def show_reason(self, reason: WhyNot) -> None:
        self.query_one(Sides).show_reason(f"{reason.what}: {reason.reason}\n")

    def show_waiting(self, name: str, why: str = "computing, after the plan is checked") -> None:
        """A reason is asked for, and the plan it is measured against is not simulated yet."""
        self.query_one("#why", Input).value = name
        self.query_one(Sides).show_reason(f"{name}: {why}\n")

    def ask_why(self, name: str) -> None:
        """As if it were typed into the side that answers it."""
        sides = self.query_one(Sides)
        sides.active = "side-why"
        self.query_one("#why", Input).value = name
        if name:
            sides.post_message(Sides.Asked(name))
        else:
            self.query_one("#why", Input).focus()

    def go_to(self, panel: str) -> None:
        """Give the focus to a panel."""
        self.query_one(Sides).enter() if panel == "sides" else self.query_one(f"#{panel}").focus()

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
        """Back to the candidates; a filter that holds nothing back is not seen."""
        event.stop()
        self.query_one(CandidateGrid).focus()
        event.input.display = bool(event.value)

    def action_find(self) -> None:
        field = self.query_one("#find", Input)
        field.display = True
        field.focus()

    def action_pin(self) -> None:
        chosen, found = self.query_one(CandidateGrid).looked_at, self.details
        told = None if found is None else key_of_cluster(found.cluster)
        # The cursor may be ahead of what is told of the candidate under it.
        self.post_message(self.Pinned(found if chosen is not None and key_of(chosen) == told else None))

    def mark(self, pinned: frozenset[tuple[str, str, str]]) -> None:
        grid = self.query_one(CandidateGrid)
        grid.mark(frozenset(i for i, e in enumerate(grid.entries) if key_of(e) in pinned))
