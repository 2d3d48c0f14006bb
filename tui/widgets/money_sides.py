"""Hosting against APIs, a tab each: what costs what, over the volume, by line, by month, and what moves it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.text import Text
from textual import on
from textual.containers import VerticalScroll
from textual.widgets import TabPane

from tui.plot.picture import Axis, Limit, Picture, Series
from tui.plot.scale import si
from tui.widgets.chart import Chart
from tui.widgets.columns import Column, GridRow
from tui.widgets.grid import Grid
from tui.widgets.still import Still
from tui.widgets.tornado import Tornado
from tui.widgets.turning import Turning

if TYPE_CHECKING:
    from collections.abc import Sequence

    from planner.tco.answer import FloorAnswer, TcoAnswer

COSTS = (
    Column("option", 30), Column("kind", 12), Column("$ a month", 14, ",.2f"), Column("$ / M tokens", 13, ",.4f"),
    Column("breaks even at tokens", 22, ",.0f"), Column("what", 60),
)  # fmt: skip
LINES = (Column("option", 16), Column("line", 14), Column("$ a month", 14, ",.2f"))
MONTHS = (
    Column("option", 30), Column("kind", 12), Column("$ over all", 16, ",.2f"), Column("first month", 14, ",.2f"),
    Column("last month", 14, ",.2f"),
)  # fmt: skip


class MoneySides(Turning):
    """One answer at a time."""

    def __init__(self) -> None:
        super().__init__(id="money-sides")
        self._costs: list[GridRow] = []

    @on(Grid.Highlighted)
    def _looked(self, event: Grid.Highlighted) -> None:
        """What the option under the cursor is, for which its column seldom has the room."""
        event.stop()
        self._say_what()

    def _say_what(self) -> None:
        row = self.query_one("#costs", Grid).row
        name, *_, what = self._costs[row] if row is not None and row < len(self._costs) else ("", "")
        self.query_one("#cost-what", Still).say(f"{name}: {what}" if name else "")

    def _show_costs(self, rows: list[GridRow]) -> None:
        self._costs = rows
        self.query_one("#costs", Grid).show(rows)
        self._say_what()

    def _say_notes(self, notes: Sequence[str]) -> None:
        self.query_one("#money-notes", Still).say(Text("\n".join(dict.fromkeys(notes))))

    def empty(self) -> None:
        self._show_costs([])
        for grid in ("lines", "months"):
            self.query_one(f"#{grid}", Grid).show([])
        self.query_one("#curve", Chart).show(None)
        self.query_one(Tornado).show(None)
        self._say_notes([])

    def show_ways(self, a: FloorAnswer) -> None:
        """Every way to a quality, cheapest first."""
        self.empty()
        self._show_costs([
            (w.model, w.kind, w.usd_per_month, w.usd_per_million_tokens, None, f"{w.score:g}; {w.way}: {w.what}")
            for w in a.ways
        ])  # fmt: skip
        self._say_notes([*a.assumptions, *(text for w in a.ways for text in w.sources)])

    def show(self, a: TcoAnswer) -> None:
        self._show_costs(cost_rows(a))
        self.query_one("#curve", Chart).show(curve(a))
        lines = [(s.name, line.name, line.usd_per_month) for s in a.self_hosting for line in s.lines]
        self.query_one("#lines", Grid).show(lines)
        months = [(r.name, r.kind, r.usd, r.usd_by_month[0], r.usd_by_month[-1]) for r in a.horizon.rows]
        self.query_one("#months", Grid).show(months)
        self.query_one(Tornado).show(a)
        self._say_notes([*a.assumptions, *(text for s in a.self_hosting for text in s.sources)])


def money_panes() -> list[TabPane]:
    """The tabs, in order."""
    return [
        TabPane("Costs", Grid(COSTS, id="costs"), Still("", id="cost-what"), id="money-costs"),
        TabPane("Break-even", Chart(id="curve"), id="money-even"),
        TabPane("By line", Grid(LINES, id="lines"), id="money-lines"),
        TabPane("Months", Grid(MONTHS, id="months"), id="money-months"),
        TabPane("What moves it", VerticalScroll(Tornado()), id="money-moves"),
        TabPane("Sources", VerticalScroll(Still(id="money-notes")), id="money-sources"),
    ]


def cost_rows(a: TcoAnswer) -> list[GridRow]:
    """Ways of hosting, then APIs with the volume from which hosting beats them."""
    even = {b.api: b.tokens_per_month for b in a.break_even}
    rows: list[GridRow] = [
        (s.name, "self-hosted", s.usd_per_month, s.usd_per_million_tokens, None, s.description) for s in a.self_hosting
    ]
    rows += [
        (p.name, "API", p.usd_per_month, p.usd_per_million_tokens, even.get(p.name),
         f"${p.usd_per_million_input:g} in, ${p.usd_per_million_output:g} out; {p.source}, {p.as_of}")
        for p in a.apis
    ]  # fmt: skip
    return rows


def curve(a: TcoAnswer) -> Picture:
    """Dollars a month over tokens a month, both logarithmic, break-even volumes marked."""
    x = [p.tokens_per_month for p in a.curve]
    series = [Series("self-hosted", x, [p.self_hosted_usd for p in a.curve])]
    series += [Series(api.name, x, [p.api_usd[api.name] for p in a.curve]) for api in a.apis]
    even = [
        Limit(b.tokens_per_month, f"beats {b.api} from {si(b.tokens_per_month)}")
        for b in a.break_even if b.tokens_per_month is not None
    ]  # fmt: skip
    notes = tuple(f"hosting never beats {b.api} here" for b in a.break_even if b.tokens_per_month is None)
    return Picture(
        "USD a month", Axis("tokens a month", log=True), Axis("", "$", log=True), tuple(series), down=tuple(even),
        notes=notes,
    )  # fmt: skip
