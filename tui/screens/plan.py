"""The plan screen: the question at the left, the answer at the right."""

from __future__ import annotations

from dataclasses import dataclass

from textual import on, work
from textual.app import ComposeResult
from textual.containers import Horizontal, VerticalScroll
from textual.message import Message
from textual.screen import Screen
from textual.widgets import Footer, Header
from textual.worker import get_current_worker

from planner.errors import USER_ERRORS
from planner.inputs import Request
from planner.plan import Catalogs, plan
from planner.results import Infeasible, Plan
from tui.widgets.answer import AnswerPanel
from tui.widgets.form import RequestForm


class PlanScreen(Screen[None]):
    """Plans again whenever the form holds a whole request; the newest answer wins."""

    @dataclass
    class Answered(Message):
        """A worker has finished: an answer, or one line about what is wrong."""

        outcome: Plan | Infeasible | str

    def __init__(self, catalogs: Catalogs, request: Request | None = None) -> None:
        super().__init__()
        self._catalogs = catalogs
        self._request = request

    def compose(self) -> ComposeResult:
        yield Header()
        with Horizontal():
            yield RequestForm(self._request, sorted(self._catalogs.models.index))
            with VerticalScroll(id="answer-pane", can_focus=True):
                yield AnswerPanel()
        yield Footer()

    @on(RequestForm.Changed)
    def _form_changed(self, event: RequestForm.Changed) -> None:
        panel = self.query_one(AnswerPanel)
        if event.request is None:
            self.workers.cancel_group(self, "plan")
            panel.show_problem(event.problem)
            return
        panel.show_computing()
        self._plan(event.request)

    @work(thread=True, exclusive=True, group="plan")
    def _plan(self, request: Request) -> None:
        outcome: Plan | Infeasible | str
        try:
            outcome = plan(request, self._catalogs)
        except USER_ERRORS as error:
            outcome = str(error)
        if not get_current_worker().is_cancelled:
            self.post_message(self.Answered(outcome))

    @on(Answered)
    def _answered(self, event: Answered) -> None:
        self.query_one(AnswerPanel).show(event.outcome)
