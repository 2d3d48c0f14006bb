"""The plan on the screen: asked for, shown unverified, and replaced by what the simulation says."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar

from textual import on

from planner.errors import InputError
from tui import jobs
from tui.compute import Lanes
from tui.screens.files import WorkloadFiles
from tui.screens.outcomes import (
    Detailed,
    Explained,
    JobOutcome,
    Led,
    NotChecked,
    Planned,
    Simulated,
    Widened,
    outcome_of,
)
from tui.session import Session, said_of
from tui.views.base import View
from tui.views.plan import PlanView
from tui.views.simulate import SimulateView
from tui.widgets.badge import CHECKING, Badge, badge_of
from tui.widgets.candidates import CandidateGrid, key_of_cluster
from tui.widgets.sides import Sides

if TYPE_CHECKING:
    from planner.answers import Cluster, Infeasible, Plan
    from planner.plan.candidate import Details
    from planner.plan.explore import Explored
    from planner.plan.shortlist import Entry
    from planner.plan.verified import Verified
    from planner.planner import Planner
    from planner.request.request import Request

AnyView = TypeVar("AnyView", bound=View)
READING = "the catalogs are being read"


class PlanScreen(WorkloadFiles):
    """Holds the question, its candidates and its simulated answer; whatever is of an older question is not shown."""

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self._planner: Planner | None = None
        # Why the catalogs could not be read.
        self._unread = ""
        self._compute: Lanes | None = None
        self._runs: Lanes | None = None
        self._question: Request | None = None
        # Of the question as it stands, and of the one that was explored.
        self._number, self._explored_number = 0, 0
        # In the work process: what is here is the name of it.
        self._explored: Explored | None = None
        self._explored_request: Request | None = None
        # What is simulated: the request that was explored and the chosen cluster, None where it has none.
        self._rehearsal: tuple[Request, Cluster | None] | None = None
        self._verified: Verified | None = None
        self._answer: Plan | Infeasible | None = None
        self._details: Details | None = None
        # Numbers of the answers that are about the same candidates, the present one last.
        self._answers: list[int] = []
        self._why_not = ""
        self._delivered, self._handled, self._given = 0, 0, 0

    @property
    def settled(self) -> bool:
        """Whether every answer asked for has come, and is drawn."""
        return self._compute is not None and self._compute.idle and self._delivered == self._handled

    def views(self, kind: type[AnyView]) -> list[AnyView]:
        """Those of a kind that were opened; the switch holds nothing else."""
        return [view for view in self.query_one("#switch").children if isinstance(view, kind)]

    def _ask(self, lane: str, job: Callable[[], Any]) -> None:
        if self._compute is not None:
            self._compute.submit(lane, job)

    def _deliver(self, lane: str, outcome: Any) -> None:
        self._delivered += 1
        self.post_message(outcome_of(lane, outcome))

    @on(JobOutcome)
    def _drawn(self, event: JobOutcome) -> None:
        """The handler of its own class came before this one."""
        event.stop()
        self._handled += 1

    def _known(self) -> Planner:
        """Raises InputError before the catalogs are read."""
        if self._planner is None:
            raise InputError(self.waits_for)
        return self._planner

    @property
    def waits_for(self) -> str:
        """What is missing before a name can be looked up or a question answered; nothing once the catalogs are read."""
        return "" if self._planner is not None else self._unread or READING

    @property
    def answer(self) -> Plan | Infeasible | None:
        """That to the question as it stands."""
        return self._answer if self._question is not None and self._explored_number == self._number else None

    @property
    def unanswered(self) -> str:
        """Why there is no answer to the question as it stands; nothing where there is one."""
        if self.answer is not None:
            return ""
        asked = self._question is not None or self._planner is None
        return (self.waits_for or "the question is being planned") if asked else "the question is not a whole one"

    @on(Led)
    def _led(self, event: Led) -> None:
        number, entry = event.value
        if entry is not None and self._question is not None:
            self.query_one(PlanView).show_leader(entry, newest=number == self._number)

    @on(Planned)
    def _planned(self, event: Planned) -> None:
        self._draw_plan(*event.value)

    @on(Detailed)
    def _detailed(self, event: Detailed) -> None:
        self._draw_details(*event.value)

    @on(Simulated)
    def _checked(self, event: Simulated) -> None:
        self._draw_verified(*event.value)

    @on(Widened)
    def _widened(self, event: Widened) -> None:
        self._draw_wider(*event.value)

    @on(Explained)
    def _explained(self, event: Explained) -> None:
        self.query_one(PlanView).show_reason(event.value)

    def _next_answer(self, *, of_the_same: bool) -> None:
        """What is seen is another answer; that of older ones is kept where its candidates are the same."""
        self._given += 1
        self._answers = [*(self._answers if of_the_same else ()), self._given]

    def _draw_plan(
        self, number: int, explored: Explored, request: Request, entries: list[Entry], infeasible: Infeasible | None
    ) -> None:  # fmt: skip
        if self._question is None:
            return  # what is typed now is no question
        self._explored, self._explored_number, self._rehearsal = explored, number, None
        self._explored_request = request
        self._verified, self._details, self._answer = None, None, infeasible
        self._next_answer(of_the_same=False)
        view, newest = self.query_one(PlanView), number == self._number
        view.show(entries, infeasible, self._pinned())
        if self._why_not and infeasible is None:
            view.show_waiting(self._why_not)
        view.mark_stale(not newest)
        if not entries:
            self._rehearsal = (request, None)
            self._rehearsed()
        if newest and infeasible is not None and not request.limits.most:
            self._ask_wider(infeasible)
        elif newest:  # limits that the closed form does not keep may be kept by what holds in the simulation
            view.badge(CHECKING)
            self._ask("verify", partial(jobs.verified_job, self._given, explored, self._known()))

    def _draw_details(self, number: int, details: Details) -> None:
        if number not in self._answers:
            return  # those of the present answer are on their way
        if number != self._given and self._verified is not None:
            details = replace(details, answer=self._verified.answer)
            self._ask_details()
        self._details, self._answer = details, details.answer
        self.query_one(PlanView).show_details(details)
        if self._explored_request is not None:
            self._rehearsal = (self._explored_request, details.cluster)
        self._rehearsed()

    def _take_up(self, question: Request | None) -> None:
        """The question is another one from now on."""
        self._question, self._why_not = question, ""
        self._number += 1

    def _turn_stale(self) -> None:
        """Mark what is seen as of an older question, and drop what is computed for that one."""
        if self._compute is not None:
            for lane in ("quant", "why", "money", "verify", "wider", "vary"):
                self._compute.cancel(lane)
        self.query_one(PlanView).mark_stale(True)

    @on(NotChecked)
    def _unchecked(self, event: NotChecked) -> None:
        """The check itself failed: the answer stays as it is, and says so."""
        if self.query_one(Badge).state == CHECKING:
            self.query_one(PlanView).badge(f"not checked: {event.value}")

    def _draw_verified(self, number: int, found: Verified, stays: bool, same: bool, entries: list[Entry]) -> None:
        """Put the simulated answer in the place of the one that was shown; an old question's is left out."""
        if number not in self._answers or self._explored_number != self._number:
            return
        self._verified, self._answer = found, found.answer
        self._next_answer(of_the_same=stays)
        view = self.query_one(PlanView)
        if not stays:
            self._details = None
            view.show_another(entries, self._pinned())
        elif self._details is not None:
            self._draw_details(self._given, replace(self._details, answer=found.answer))
            self._ask_details()
        if found.answer.status == "infeasible":
            view.show_nearest(found.answer)
        view.badge(*badge_of(found, stays=same))
        self.session.note(said_of(self.session.texts, found.answer))
        self._ask_why()
        self._ask_wider(found.answer)

    def _ask_wider(self, answer: Plan | Infeasible) -> None:
        """What other classes of offers and a looser limit on quality would save."""
        if self._question is not None:
            self._ask("wider", partial(jobs.wider_job, self._given, answer, self._question, self._known()))

    def _draw_wider(self, number: int, answer: Plan | Infeasible) -> None:
        """What these would save, beside the answer it is about."""
        if number != self._given:
            return
        if answer.status == "infeasible":
            self.query_one(PlanView).show_nearest(answer)
            return
        if self._verified is None:
            return
        self._verified, self._answer = replace(self._verified, answer=answer), answer
        self._next_answer(of_the_same=True)
        if self._details is not None:
            self._details = replace(self._details, answer=answer)
            self.query_one(PlanView).show_wider(self._details)

    @property
    def _shown(self) -> Explored | Verified | None:
        """What the candidates seen are of: the simulated answer where it has come."""
        return self._verified or self._explored

    @on(PlanView.Looked)
    def _looked(self, event: PlanView.Looked) -> None:
        """Another candidate is the chosen one: what is known of the one before is not taken for it."""
        event.stop()
        self._details = self.query_one(PlanView).details = None
        self._ask_details()

    def _ask_details(self) -> None:
        """Of the chosen candidate of what is seen: where it breaks, too, is known anew once it was simulated."""
        chosen = self.query_one(CandidateGrid).looked_at  # a message may be of candidates that were replaced
        if chosen is not None and self._shown is not None:
            self._ask("details", partial(jobs.details_job, self._given, self._shown, self._known(), chosen.index))

    @on(Sides.Asked)
    def _why(self, event: Sides.Asked) -> None:
        event.stop()
        if self._question is None:
            self.query_one(PlanView).show_waiting(event.name, self.unanswered)
            return
        self._why_not = event.name
        self.query_one(PlanView).show_waiting(event.name)
        self._ask_why()

    def _ask_why(self) -> None:
        """Why not the named one: measured against the simulated plan, so not before that has come."""
        name, found = self._why_not, self._verified
        if not name or found is None or self._question is None:
            return
        if self._explored_number != self._number:
            return  # what is seen is of an older question
        if found.answer.status == "feasible":
            self._why_not = ""
            self._ask("why", partial(jobs.why_not_job, found.answer, self._question, self._known(), name))

    def _pinned(self) -> frozenset[tuple[str, str, str]]:
        return frozenset(key_of_cluster(pin.found.cluster) for pin in self.session.pins)

    def _rehearsed(self) -> None:
        """Tell the simulation, where it is open, which cluster is the chosen one of the question as it stands."""
        if self._rehearsal is not None and self._explored_number == self._number:
            for view in self.views(SimulateView):
                view.take(*self._rehearsal)
