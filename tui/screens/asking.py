"""What the views ask for and what comes back, a handler for each message."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path

from textual import on

from planner.errors import InputError
from tui import catalogs, jobs
from tui.kept import KeptPin
from tui.screens.outcomes import (
    NamesRead,
    NotRead,
    Priced,
    PricedInPart,
    Quantized,
    Ran,
    RecordAdopted,
    RecordsRead,
    Repinned,
    Varied,
)
from tui.screens.outputs import OutputScreen
from tui.session import PINS, Session
from tui.shapes import listed
from tui.views.catalogs import CatalogsView
from tui.views.compare import CompareView
from tui.views.money import MoneyView
from tui.views.plan import PlanView
from tui.views.quant import QuantView
from tui.views.simulate import SimulateView
from tui.views.whatif import WhatIfView
from tui.widgets.candidates import CandidateGrid
from tui.widgets.form import Form


class AskingScreen(OutputScreen):
    """Hands the questions of the views to the compute thread, and its answers to the views."""

    def __init__(self, session: Session, catalog: Path | None = None, pins: Sequence[KeptPin] = ()) -> None:
        super().__init__(session)
        self._kept_pins = tuple(pins)
        self._catalog = catalog
        self._trace = ""

    def replan(self) -> None:
        raise NotImplementedError

    def _problem(self, text: str) -> None:
        """Why there is no answer."""
        raise NotImplementedError

    def _read_catalogs(self) -> None:
        self._ask("catalog", partial(catalogs.read, self._catalog))

    @on(QuantView.Asked)
    def _asked_formats(self, event: QuantView.Asked) -> None:
        event.stop()
        if self._question is not None:
            self._ask("quant", partial(jobs.quant_job, self._question, self._known()))

    @on(Quantized)
    def _quantized(self, event: Quantized) -> None:
        self.query_one(QuantView).show(event.value)

    @on(MoneyView.Asked)
    def _asked_money(self, event: MoneyView.Asked) -> None:
        event.stop()
        if self._question is not None and self._compute is not None:
            tell, data = self._compute.telling("money"), self.session.data()
            self._ask("money", partial(jobs.money_job, data, event.apis, self._known(), tell))

    @on(Priced)
    def _priced(self, event: Priced) -> None:
        self.query_one(MoneyView).show(event.value)

    @on(PricedInPart)
    def _priced_in_part(self, event: PricedInPart) -> None:
        self.query_one(MoneyView).show_share(event.value)

    @on(WhatIfView.Opened)
    def _opened_whatif(self, event: WhatIfView.Opened) -> None:
        """The question, and the formats that its candidates have; one that is half typed by now is asked for again."""
        event.stop()
        if self.session.whole() is None:
            return
        formats = [entry.weights for entry in self.query_one(CandidateGrid).entries]
        self.query_one(WhatIfView).take(self.session.texts, self.session.base, formats)

    @on(WhatIfView.Asked)
    def _asked_whatif(self, event: WhatIfView.Asked) -> None:
        event.stop()
        if self._question is not None:
            self._ask("vary", partial(jobs.vary_job, event.spot, event.data, self._known()))

    @on(Varied)
    def _varied(self, event: Varied) -> None:
        self.query_one(WhatIfView).add(*event.value)

    @on(CatalogsView.Asked)
    def _asked_records(self, event: CatalogsView.Asked) -> None:
        event.stop()
        self._ask("catalog", partial(catalogs.records_job, self._known()))

    @on(CatalogsView.Adopted)
    def _adopt(self, event: CatalogsView.Adopted) -> None:
        event.stop()
        self._ask("catalog", partial(catalogs.adopted_job, event.path, self._catalog, self.session.root))

    @on(NamesRead)
    def _named(self, event: NamesRead) -> None:
        """The planner is there: what was asked for before is done, and the question is planned."""
        found = event.value
        self._planner, self._unread = found.planner, ""
        self.query_one(Form).offer(found.models, found.choices)
        self.offer(found.models, found.choices, found.usual)
        if self._kept_pins:
            self._ask("pins", partial(jobs.pins_job, self._kept_pins, self._known()))
            self._kept_pins = ()
        self.replan()
        self.do_held()
        if self.views(CatalogsView):
            self._ask("catalog", partial(catalogs.records_job, found.planner))

    @on(NotRead)
    def _unreadable(self, event: NotRead) -> None:
        """Without catalogs there is no answer; where there were some, the file that was to be taken in is at fault."""
        for view in self.views(CatalogsView):
            view.show_failure(event.value)
        self.notify(event.value, severity="error", markup=False)
        if self._planner is None:
            self._unread = event.value
            self._problem(event.value)

    @on(RecordsRead)
    def _recorded(self, event: RecordsRead) -> None:
        self.query_one(CatalogsView).show(event.value.records, event.value.rows)

    @on(RecordAdopted)
    def _adopted(self, event: RecordAdopted) -> None:
        self.query_one(CatalogsView).show_adopted(event.value.said)
        self._read_catalogs()

    @on(Repinned)
    def _repinned(self, event: Repinned) -> None:
        """Pins of the session before, before those of this one, as many as there is room for."""
        kept, lost = event.value
        self.session.keep((*kept, *self.session.pins)[:PINS])
        self._draw_pins()
        if lost:
            self.notify(f"{lost} of the pins kept have no candidate now", severity="warning")

    @on(PlanView.Pinned)
    def _pin(self, event: PlanView.Pinned) -> None:
        event.stop()
        if event.found is None or self._explored_number != self._number:
            none = "no candidate meets the question" if self._infeasible() else ""
            why = self.unanswered or none or "the details of this candidate are on their way"
            self.notify(f"nothing to pin: {why}", severity="warning", markup=False)
            return
        try:
            pinned = self.session.pin(event.found)
        except InputError as error:  # a field is being typed into, and the candidate is of what stood there before
            self.notify(str(error), severity="warning")
            return
        if not pinned:
            self.notify("four are pinned already: drop one under Compare", severity="warning")
            return
        self._draw_pins()
        self.notify(f"pinned: {len(self.session.pins)} of 4, see Compare (3)")

    @on(CompareView.Dropped)
    def _drop(self, event: CompareView.Dropped) -> None:
        event.stop()
        self.session.keep(() if event.everything else self.session.pins[:-1])
        self._draw_pins()

    @on(CompareView.Made)
    def _draw_pins(self) -> None:
        for view in self.views(CompareView):
            view.show(self.session.pins)
        self.query_one(PlanView).mark(self._pinned())

    @on(SimulateView.Made)
    def _made_simulation(self) -> None:
        self.query_one(SimulateView).replay(self._trace)
        self._rehearsed()

    @on(SimulateView.Asked)
    def _asked_run(self, event: SimulateView.Asked) -> None:
        event.stop()
        if self._runs is not None:
            job = partial(jobs.run_job, event.run, self._known(), self.session.root, self._runs.telling("run"))
            self._runs.submit("run", job)

    @on(SimulateView.Stopped)
    def _stopped_run(self, event: SimulateView.Stopped) -> None:
        event.stop()
        if self._runs is not None:
            self._runs.cancel("run")

    @on(Ran)
    def _ran(self, event: Ran) -> None:
        run, seen, over = event.value
        view = self.query_one(SimulateView)
        view.end(run, seen) if over else view.glance(run, seen)

    @on(MoneyView.Made)
    def _offer_apis(self) -> None:
        for view in self.views(MoneyView):
            view.offer(listed(self.session.base, "tco", "apis"))
