"""The one screen: the form at the left, a view at the right; here answers come in and are drawn."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.widgets import ContentSwitcher, Tab, Tabs

from tui import jobs
from tui.compute import Compute, Failure
from tui.screens.answer import PlanScreen
from tui.screens.help import HelpScreen
from tui.session import Session
from tui.views.catalogs import CatalogsView
from tui.views.compare import CompareView
from tui.views.money import MoneyView
from tui.views.plan import PlanView
from tui.views.quant import QuantView
from tui.views.simulate import SimulateView
from tui.widgets.form import Form
from tui.widgets.keys import KeyBar

if TYPE_CHECKING:
    from planner.request.request import Request

# Views but the first are made when they are first asked for: the first frame need not wait for them.
LATER = {
    "quant": QuantView, "compare": CompareView, "money": MoneyView, "simulate": SimulateView, "catalogs": CatalogsView,
}  # fmt: skip
VIEWS = ("plan", *LATER)
TITLES = ("Plan", "Quantization", "Compare", "Money", "Simulate", "Catalogs")
WITHOUT_FORM = ("compare", "catalogs")
# What has the focus when a view comes up.
FIRST = {
    "quant": "#quant-grid", "compare": "#compare-scroll", "money": "#costs", "simulate": "#run",
    "catalogs": "#grid-gpus",
}  # fmt: skip


class MainScreen(PlanScreen):
    """Builds requests and hands them to the compute thread; one handler draws what comes back."""

    AUTO_FOCUS = "#model"
    BINDINGS: ClassVar[list[BindingType]] = [
        *(
            Binding(f"f{n + 2}", f"view('{name}')", TITLES[n], show=False, priority=True)
            for n, name in enumerate(VIEWS)
        ),
        Binding("f1", "help", "Help", priority=True),
        Binding("ctrl+z", "undo", "Undo", priority=True),
        Binding("ctrl+y", "redo", "Redo", priority=True, show=False),
        Binding("ctrl+s", "save", "Save", priority=True),
        Binding("ctrl+o", "open", "Open", priority=True),
        Binding("ctrl+b", "form", "Form", priority=True),
    ]

    def __init__(self, session: Session, catalog: Path | None = None) -> None:
        super().__init__(session)
        self._catalog = catalog
        self._base = session.base
        self._stale = {"quant", "money"}

    def compose(self) -> ComposeResult:
        yield Tabs(*(Tab(title, id=f"to-{name}") for name, title in zip(VIEWS, TITLES, strict=True)), id="views")
        with Horizontal(id="body"):
            yield Form(self.session.texts)
            with ContentSwitcher(initial="plan", id="switch"):
                yield PlanView()
        yield KeyBar()

    def on_mount(self) -> None:
        self._compute = Compute(self._deliver)
        self._ask("catalog", self._read_catalogs)

    def on_unmount(self) -> None:
        if self._compute is not None:
            self._compute.close()

    @property
    def view(self) -> str:
        return self.query_one("#switch", ContentSwitcher).current or "plan"

    def _read_catalogs(self) -> Any:
        from tui.catalogs import read

        return read(self._catalog)

    @on(Form.Changed)
    def _typed(self, event: Form.Changed) -> None:
        event.stop()
        if not self.session.change(event.texts):
            return
        if event.half is not None:
            self._problem(f"{event.half.key}: not a whole value yet")
        else:
            self._replan()

    def _replan(self) -> None:
        """Ask for the answer to the form as it stands."""
        request = self._request()
        if request is None or self._planner is None:
            return
        self.query_one(Form).problem("")
        self._turn_stale(request)
        self._ask("plan", partial(jobs.planned_job, request, self._planner))
        self._refresh_view()

    def _turn_stale(self, question: Request | None) -> None:
        super()._turn_stale(question)
        self._stale = {"quant", "money"}
        for view in (*self.query(QuantView), *self.query(MoneyView)):
            view.stale()

    def _request(self) -> Request | None:
        from planner.errors import PlannerError

        try:
            request = self.session.request()
            return request if self._planner is None else self._planner.dated(request)
        except PlannerError as error:
            self._problem(str(error))
            return None

    def _problem(self, text: str) -> None:
        if self._compute is not None:
            self._compute.cancel("plan")
        self._turn_stale(None)
        self.query_one(Form).problem(text)
        for view in (*self.query(PlanView), *self.query(QuantView), *self.query(MoneyView)):
            view.show_problem(text)

    def _refresh_view(self) -> None:
        """Ask for what the present view shows beyond the plan, where it is not of this workload yet."""
        view = self.view
        if view == "catalogs" and self._planner is not None and self.query_one(CatalogsView).empty:
            self._ask("catalog", partial(jobs.records_job, self._planner))
        if view not in self._stale or self._planner is None:
            return
        request = self._request()
        if request is None:
            return
        self._stale.discard(view)
        if view == "quant":
            self._ask("quant", partial(jobs.quant_job, request, self._planner))
        else:
            apis = self.query_one(MoneyView).apis
            self._ask("money", partial(jobs.money_job, self.session.data(), apis, self._planner))

    @on(PlanScreen.Done)
    def _done(self, event: PlanScreen.Done) -> None:
        """The one place where outcomes are drawn."""
        event.stop()
        self._handled += 1
        lane, outcome = event.lane, event.outcome
        if isinstance(outcome, Failure):
            self._failed(lane, outcome.text)
        elif lane == "plan":
            self._draw_plan(*outcome)
        elif lane == "details":
            self._draw_details(*outcome)
        elif lane == "verify":
            self._draw_verified(*outcome)
        elif lane == "wider":
            self._draw_wider(*outcome)
        elif lane == "why":
            self.query_one(PlanView).show_reason(outcome)
        elif lane == "quant":
            self.query_one(QuantView).show(outcome)
        elif lane == "money":
            self.query_one(MoneyView).show(outcome)
        else:
            self._draw_catalog(outcome)

    def _draw_catalog(self, outcome: Any) -> None:
        kind, *rest = outcome
        if kind == "names":
            self._planner, names, choices = rest
            self.query_one(Form).offer(names, choices)
            self._replan()
            if self.query(CatalogsView):
                self._ask("catalog", partial(jobs.records_job, self._planner))
        elif kind == "records":
            self.query_one(CatalogsView).show(*rest)
        else:
            self.query_one(CatalogsView).show_adopted(rest[0])
            self._ask("catalog", self._read_catalogs)

    def _failed(self, lane: str, text: str) -> None:
        if lane == "quant":
            self.query_one(QuantView).show_problem(text)
        elif lane == "money":
            self.query_one(MoneyView).show_problem(text)
        elif lane == "catalog":
            for view in self.query(CatalogsView):
                view.show_adopted(text)
            self.notify(text, severity="error", markup=False)
        elif lane == "plan":
            self._problem(text)
        elif lane == "verify":
            self._unchecked(text)
        else:
            self.notify(text, severity="error", markup=False)

    @on(PlanView.Pinned)
    def _pin(self, event: PlanView.Pinned) -> None:
        event.stop()
        if not self.session.pin(event.found):
            self.notify("four are pinned already: drop one under Compare", severity="warning")
            return
        self._draw_pins()
        self.notify(f"pinned: {len(self.session.pins)} of 4, see Compare (F4)")

    @on(CompareView.Dropped)
    def _drop(self, event: CompareView.Dropped) -> None:
        event.stop()
        self.session.pins = [] if event.everything else self.session.pins[:-1]
        self._draw_pins()

    def _draw_pins(self) -> None:
        for view in self.query(CompareView):
            view.show(self.session.pins)
        self.query_one(PlanView).mark(self._pinned())

    @on(MoneyView.Asked)
    def _asked_money(self, event: MoneyView.Asked) -> None:
        event.stop()
        self._stale.add("money")
        self._refresh_view()

    @on(CatalogsView.Adopted)
    def _adopt(self, event: CatalogsView.Adopted) -> None:
        event.stop()
        self._ask("catalog", partial(jobs.adopted_job, event.path, self._catalog, self.session.root))

    @on(Tabs.TabActivated, "#views")
    async def _turned(self, event: Tabs.TabActivated) -> None:
        event.stop()
        await self._show_view(str(event.tab.id).removeprefix("to-"))

    def action_view(self, name: str) -> None:
        self.query_one("#views", Tabs).active = f"to-{name}"

    async def _show_view(self, name: str) -> None:
        switch = self.query_one("#switch", ContentSwitcher)
        if name in LATER and not switch.query(f"#{name}"):
            await switch.mount(LATER[name]())
            self._fill(name)
        switch.current = name
        self.query_one(Form).set_class(name in WITHOUT_FORM, "-away")
        if name != "plan":
            self.query_one(FIRST[name]).focus()
        self._refresh_view()

    def _fill(self, name: str) -> None:
        """Give a new view what was there before it."""
        if name == "compare":
            self.query_one(CompareView).show(self.session.pins)
        elif name == "money":
            self._offer_apis()
        elif name == "simulate":
            self.query_one(SimulateView).root = self.session.root
            self._rehearsed()

    def _offer_apis(self) -> None:
        for view in self.query(MoneyView):
            view.offer(self.session.base.get("tco", {}).get("apis", ()))

    def action_form(self) -> None:
        self.query_one(Form).toggle_class("-hidden")

    def action_undo(self) -> None:
        if self.session.undo():
            self.put()

    def action_redo(self) -> None:
        if self.session.redo():
            self.put()

    def put(self) -> None:
        self.query_one(Form).put(self.session.texts)
        if self.session.base is not self._base:
            self._base = self.session.base
            self._offer_apis()
        self._replan()

    def action_help(self) -> None:
        self.app.push_screen(HelpScreen())
