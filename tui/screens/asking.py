"""What the views ask for and what comes back, a handler for each message."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path

from textual import on

from planner.errors import InputError
from tui import catalogs, jobs
from tui.kept import KeptPin
from tui.screens.outcomes import CatalogRead, Priced, Quantized, Ran, Repinned, Varied
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
        view = self.query_one(MoneyView)
        if isinstance(event.value, jobs.MoneyShare):
            view.show_share(event.value)
        else:
            view.show(event.value)

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
        self._ask("catalog", partial(jobs.records_job, self._known()))

    @on(CatalogsView.Adopted)
    def _adopt(self, event: CatalogsView.Adopted) -> None:
        event.stop()
        self._ask("catalog", partial(jobs.adopted_job, event.path, self._catalog, self.session.root))

    @on(CatalogRead)
    def _catalog_read(self, event: CatalogRead) -> None:
        kind, *rest = event.value
        if kind == "names":
            self._planner, models, choices, usual = rest
            self.query_one(Form).offer(models, choices)
            self.offer(models, choices, usual)
            if self._kept_pins:
                self._ask("pins", partial(jobs.pins_job, self._kept_pins, self._known()))
                self._kept_pins = ()
            self.replan()
            if self.views(CatalogsView):
                self._ask("catalog", partial(jobs.records_job, self._planner))
        elif kind == "records":
            self.query_one(CatalogsView).show(*rest)
        else:
            self.query_one(CatalogsView).show_adopted(rest[0])
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
