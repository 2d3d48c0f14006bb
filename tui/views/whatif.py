"""What if: dollars and winner over one knob, or over two, computed while keys go on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.message import Message
from textual.widgets import Tab, Tabs

from tui.views.base import View
from tui.whatif import (
    KNOBS,
    OF_MAP,
    SHARES,
    Knob,
    Quote,
    Spot,
    question_of,
    spots_of_curve,
    spots_of_map,
    values_of,
)
from tui.widgets.chart import Chart
from tui.widgets.heat import Heat, HeatMap
from tui.widgets.stale import mark_stale
from tui.widgets.still import Still
from tui.widgets.varied import curve, winner_lines

COMPUTING = "computing ..."


class WhatIfView(View):
    """A curve of dollars with its band, or a map of two knobs; closed form, as the candidates are before the check."""

    first = "#knobs"
    lane = "vary"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("b", "both", "Map of two knobs", id="map"),
        Binding("j", "turn(1)", "Next knob", show=False),
        Binding("k", "turn(-1)", "Last knob", show=False),
    ]

    @dataclass
    class Asked(Message):
        """One more place: its question."""

        spot: Spot
        data: dict[str, Any]

    class Opened(Message):
        """It needs the present question."""

    def __init__(self) -> None:
        super().__init__(id="whatif")
        self.both = False
        self._texts: Mapping[str, str] = {}
        self._base: Mapping[str, Any] = {}
        self._formats: Sequence[str] = ()
        self._known: dict[Spot, Quote] = {}

    def compose(self) -> ComposeResult:
        yield Tabs(*(Tab(knob.name, id=f"knob-{n}") for n, knob in enumerate(KNOBS)), id="knobs")
        yield Still(COMPUTING, id="whatif-head")
        yield Chart(id="whatif-curve", before=COMPUTING, empty="no value of this knob has an answer")
        yield HeatMap(id="whatif-map")
        with VerticalScroll(id="whatif-notes"):
            yield Still(id="whatif-winners")

    def on_mount(self) -> None:
        self.query_one(HeatMap).display = False

    def wake(self) -> None:
        if self.outdated:
            self.outdated = False
            self.post_message(self.Opened())

    def turn_stale(self) -> None:
        super().turn_stale()
        mark_stale(self, True)
        self.query_one("#whatif-head", Still).say("stale: a new question")

    def show_problem(self, text: str) -> None:
        self.query_one("#whatif-head", Still).say(text)

    def take(self, texts: Mapping[str, str], base: Mapping[str, Any], formats: Sequence[str]) -> None:
        """Another question: nothing of it is known yet."""
        self._texts, self._base, self._formats, self._known = dict(texts), base, formats, {}
        self._go_on()

    @property
    def knobs(self) -> tuple[Knob, ...]:
        """The one that is varied; of a map the next one, too. Formats are in no map."""
        active = self.query_one(Tabs).active
        at = int(active.removeprefix("knob-")) if active else 0
        return (KNOBS[at % 4], KNOBS[(at + 1) % 4]) if self.both else (KNOBS[at],)

    def _values(self) -> list[list[str]]:
        shares = OF_MAP if self.both else SHARES
        return [values_of(knob, self._texts, self._formats, shares) for knob in self.knobs]

    def _spots(self) -> list[Spot]:
        values = self._values()
        return spots_of_map(*values) if self.both else spots_of_curve(values[0])

    def add(self, data: Mapping[str, Any], spot: Spot, found: Quote) -> None:
        """A place is known; one of another question, or of a knob that is no longer looked at, is left out."""
        if self._texts and spot in self._spots() and question_of(self._texts, self._base, self.knobs, spot) == data:
            self._known[spot] = found
            self._go_on()

    def _go_on(self) -> None:
        """Draw what is known and ask for the next place."""
        if not self._texts:
            return
        mark_stale(self, False)
        spots = self._spots()
        missing = [spot for spot in spots if spot not in self._known]
        self._draw(len(spots) - len(missing), len(spots))
        if missing:
            self.post_message(self.Asked(missing[0], question_of(self._texts, self._base, self.knobs, missing[0])))

    def _draw(self, done: int, of: int) -> None:
        names = " and ".join(f"{knob.name} [{knob.unit or 'name'}]" for knob in self.knobs)
        left = "" if done == of else f"; {done} of {of}"
        self.query_one("#whatif-head", Still).say(f"$ an hour, closed form{left}: {names}")
        self.query_one(Chart).display, self.query_one(HeatMap).display = not self.both, self.both
        values = self._values()
        known = {spot.values: found for spot, found in self._known.items() if spot.confidence is None}
        winners = [(text, known[(text,)]) for text in values[0] if (text,) in known] if not self.both else []
        self.query_one("#whatif-winners", Still).say("\n".join(winner_lines(winners)))
        if self.both:
            now = tuple(f"{float(self._texts[knob.key] or knob.usual):.4g}" for knob in self.knobs)
            self.query_one(HeatMap).show(Heat(values[0], values[1], known, now))  # type: ignore[arg-type]
        else:
            self.query_one(Chart).show(curve(self.knobs[0], values[0], self._known))

    def action_both(self) -> None:
        self.both = not self.both
        self._known = {}
        self._go_on()

    def action_turn(self, by: int) -> None:
        tabs = self.query_one(Tabs)
        tabs.action_next_tab() if by > 0 else tabs.action_previous_tab()

    @on(Tabs.TabActivated)
    def _turned(self, event: Tabs.TabActivated) -> None:
        event.stop()
        self._known = {}
        self._go_on()
