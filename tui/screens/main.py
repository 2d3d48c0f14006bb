"""The one screen: the form at the left, a view at the right; messages of either say what to ask and where to go."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.geometry import Size
from textual.widgets import ContentSwitcher, Tab, Tabs

from tui import jobs
from tui.compute import PLANS, RUNS, Opened, in_a_thread
from tui.kept import KeptPin
from tui.painting import Painter
from tui.screens.asking import AskingScreen
from tui.screens.outcomes import Failed, NotPlanned
from tui.session import Session
from tui.views.base import View
from tui.views.catalogs import CatalogsView
from tui.views.compare import CompareView
from tui.views.money import MoneyView
from tui.views.plan import PlanView
from tui.views.quant import QuantView
from tui.views.simulate import SimulateView
from tui.views.whatif import WhatIfView
from tui.widgets.form import Form
from tui.widgets.keys import KeyBar
from tui.widgets.question import QuestionLine

if TYPE_CHECKING:
    from planner.request.request import Request

# Views but the first are made when they are first asked for: the first frame need not wait for them.
MADE: dict[str, Callable[[], View]] = {
    "plan": PlanView, "quant": QuantView, "compare": CompareView, "money": MoneyView, "simulate": SimulateView,
    "catalogs": CatalogsView, "whatif": WhatIfView,
}  # fmt: skip
VIEWS = tuple(MADE)
# Columns from which on the form stands beside the view.
ROOMY = 100
VIEW_CLASSES = (
    PlanView, QuantView, CompareView, MoneyView, SimulateView, CatalogsView, WhatIfView,
)  # fmt: skip
TITLES = ("Plan", "Quant", "Compare", "Money", "Simulate", "Catalogs", "What-if")


class MainScreen(AskingScreen):
    """Builds requests and hands them to the compute thread; what comes back goes to the view that it is for."""

    AUTO_FOCUS = "#candidates"
    HORIZONTAL_BREAKPOINTS = [(0, "-tiny"), (66, "-narrow"), (ROOMY, "-middle"), (190, "-wide")]
    VERTICAL_BREAKPOINTS = [(0, "-low"), (34, "-high")]
    BINDINGS: ClassVar[list[BindingType]] = [
        *(
            Binding(f"f{n + 2}", f"view('{name}')", TITLES[n], show=False, priority=True)
            for n, name in enumerate(VIEWS)
        ),
        *(Binding(str(n), f"view('{name}')", TITLES[n - 1], show=False) for n, name in enumerate(VIEWS, 1)),
        Binding("f1", "help", "Help", priority=True, show=False),
        Binding("ctrl+z", "undo", "Undo", priority=True, show=False),
        Binding("ctrl+y", "redo", "Redo", priority=True, show=False),
        Binding("ctrl+s", "save", "Save", priority=True, id="save"),
        Binding("ctrl+o", "open", "Open", priority=True, id="open"),
        Binding("ctrl+b", "form", "Form", priority=True, id="form"),
        Binding("escape", "rest", "Back to the view", show=False),
    ]

    def __init__(
        self, session: Session, catalog: Path | None = None, pins: Sequence[KeptPin] = (), opened: Opened = in_a_thread
    ) -> None:  # fmt: skip
        """opened: lanes of a name, whose outcomes go to a function."""
        super().__init__(session, catalog, pins)
        self._compositor = Painter()
        self._opened = opened
        self._base = session.base

    def expect(self, size: Size) -> None:
        """The size that the first layout will be of: styles are then found once, not before it and after it."""
        for breakpoints, extent in (
            (self.HORIZONTAL_BREAKPOINTS, size.width),
            (self.VERTICAL_BREAKPOINTS, size.height),
        ):
            self.add_class([name for least, name in breakpoints if extent >= least][-1])

    def compose(self) -> ComposeResult:
        titles = (f"{n} {title}" for n, title in enumerate(TITLES, 1))
        yield Tabs(*(Tab(title, id=f"to-{name}") for name, title in zip(VIEWS, titles, strict=True)), id="views")
        yield QuestionLine(self.session.texts, self.session.base)
        with Horizontal(id="body"):
            yield Form(self.session.texts, self.session.base)
            with ContentSwitcher(initial="plan", id="switch"):
                yield PlanView()
        yield KeyBar()

    def on_mount(self) -> None:
        self.names = {"view": VIEWS}
        # The first frame is drawn before anything is read: reading takes the interpreter's lock from it.
        self.call_after_refresh(self._begin)

    def _begin(self) -> None:
        if self._compute is None and self.is_attached:
            self._compute, self._runs = (self._opened(name, self._deliver) for name in (PLANS, RUNS))
            self._read_catalogs()

    def on_unmount(self) -> None:
        for lanes in (self._compute, self._runs):
            if lanes is not None:
                lanes.close()

    @property
    def view(self) -> str:
        return self.query_one("#switch", ContentSwitcher).current or "plan"

    @on(Form.Changed)
    def _typed(self, event: Form.Changed) -> None:
        event.stop()
        if not self.session.change(event.texts, typed=event.typed):
            return
        if event.half is not None:
            self._problem(f"{event.half.key}: not a whole value yet")
        else:
            self.replan()
        self._told_question()

    def _told_question(self) -> None:
        self.query_one(QuestionLine).show(self.session.texts, self.session.base)
        self.query_one(Form).tell_hidden(self.session.base)

    def replan(self) -> None:
        """Ask for the answer to the form as it stands."""
        request = self._request()
        if request is None or self._planner is None:
            return
        self._take_up(request)
        # It is asked before the marks are drawn, so that both go on at once.
        self._ask("first", partial(jobs.first_job, self._number, request, self._planner))
        self._ask("plan", partial(jobs.planned_job, self._number, request, self._planner))
        self.query_one(Form).problem("")
        self._turn_stale()
        self._wake()

    def _turn_stale(self) -> None:
        super()._turn_stale()
        for view in self.views(View):
            view.turn_stale()

    def _request(self) -> Request | None:
        from planner.errors import PlannerError

        try:
            return self.session.request()
        except PlannerError as error:
            self._problem(str(error))
            return None

    def _problem(self, text: str) -> None:
        if self._compute is not None:
            for lane in ("first", "plan"):
                self._compute.cancel(lane)
        self._take_up(None)
        self._turn_stale()
        self.query_one(Form).problem(text)
        for view in self.views(View):
            view.show_problem(text)

    def _wake(self) -> None:
        """Let the present view ask for what it shows, where there is a planner and a whole question."""
        view = self.query_one(f"#{self.view}", View)
        if self._planner is None:
            if self._unread:
                view.show_failure(self._unread)
            return
        if not view.about_question or self._question is not None or self._request() is not None:
            view.wake()

    @on(NotPlanned)
    def _not_planned(self, event: NotPlanned) -> None:
        self._problem(event.value)

    @on(Failed)
    def _failed(self, event: Failed) -> None:
        """A view shows what is wrong with the job of its lane; of the others a word is said."""
        views = [view for view in self.views(View) if view.lane == event.lane]
        for view in views:
            view.show_failure(event.value)
        if not views:
            self.notify(event.value, severity="error", markup=False)

    @on(Tabs.TabActivated, "#views")
    async def _turned(self, event: Tabs.TabActivated) -> None:
        event.stop()
        await self._show_view(str(event.tab.id).removeprefix("to-"))

    def _doers(self) -> dict[str, Callable[[str], Any]]:
        return super()._doers() | {"view": self._view, "trace": self._replay}

    def _view(self, name: str) -> None:
        found = [view for view in VIEWS if view.startswith(name.lower())]
        if found and name:
            self.action_view(found[0])
        else:
            self.notify(f"view: one of {', '.join(VIEWS)}")

    def _replay(self, path: str) -> None:
        """The trace that Simulate replays, from now on and where it is opened later."""
        self._trace = path
        for view in self.views(SimulateView):
            view.replay(path)
        self.action_view("simulate")

    def action_view(self, name: str) -> None:
        self.query_one("#views", Tabs).active = f"to-{name}"

    def show_view(self, name: str) -> None:
        self.action_view(name)

    async def _show_view(self, name: str) -> None:
        switch = self.query_one("#switch", ContentSwitcher)
        if not switch.query(f"#{name}"):
            await switch.mount(MADE[name]())
        switch.current = name
        view = self.query_one(f"#{name}", View)
        self.query_one(Form).stand_aside(not view.with_form)
        # Of the plan a field of the form may have the focus: it stays there.
        if name != "plan" or self.focused is None or not self.focused.display or self.focused not in self.focus_chain:
            view.enter()
        self._wake()

    def action_form(self) -> None:
        """Hide or show the form; where there is little room it is hidden until it is asked for."""
        form = self.query_one(Form)
        form.toggle_class("-asked" if self.size.width < ROOMY else "-hidden")
        if not form.display:
            self.action_rest()

    def show_form(self) -> None:
        form = self.query_one(Form)
        form.stand_aside(False)
        form.remove_class("-hidden").add_class("-asked")
        form.enter()

    def action_rest(self) -> None:
        self.query_one(f"#{self.view}", View).enter()

    def put(self) -> None:
        self.query_one(Form).put(self.session.texts)
        self._told_question()
        self._draw_pins()
        if self.session.base is not self._base:
            self._base = self.session.base
            self._offer_apis()
        self.replan()
