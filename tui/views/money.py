"""Money: hosting against APIs over the volume, what costs what, and what moves the answer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rich.text import Text
from textual import on
from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.message import Message
from textual.widgets import Input, TabbedContent, TabPane

from planner.defaults import DEFAULT_APIS
from tui.plot.picture import Axis, Limit, Picture, Series
from tui.plot.scale import si
from tui.views.base import View
from tui.widgets.chart import Chart
from tui.widgets.columns import Column, GridRow
from tui.widgets.grid import Grid
from tui.widgets.stale import mark_stale
from tui.widgets.still import Still
from tui.widgets.tornado import tornado

if TYPE_CHECKING:
    from planner.answers import Infeasible
    from planner.tco.answer import FloorAnswer, FloorNotReached, TcoAnswer
    from tui.jobs import MoneyShare

APIS = ", ".join(DEFAULT_APIS)
COSTS = (
    Column("option", 30), Column("kind", 12), Column("$ a month", 14, ",.2f"), Column("$ / M tokens", 13, ",.4f"),
    Column("breaks even at tokens", 22, ",.0f"), Column("what", 60),
)  # fmt: skip
COMPUTING = "computing ..."
LINES = (Column("option", 16), Column("line", 14), Column("$ a month", 14, ",.2f"))
MONTHS = (
    Column("option", 30), Column("kind", 12), Column("$ over all", 16, ",.2f"), Column("first month", 14, ",.2f"),
    Column("last month", 14, ",.2f"),
)  # fmt: skip


class MoneyView(View):
    """Asks again when the workload or the APIs change."""

    first = "#costs"
    lane = "money"

    class Made(Message):
        """It is there, and knows no APIs of the workload's yet."""

    @dataclass
    class Asked(Message):
        apis: tuple[str, ...]

    def __init__(self) -> None:
        super().__init__(id="money")
        self._costs: list[GridRow] = []

    def compose(self) -> ComposeResult:
        yield Input(APIS, id="apis", compact=True, placeholder="APIs, provider/model each; enter compares")
        yield Still(COMPUTING, id="money-head")
        with TabbedContent(id="money-sides"):
            with TabPane("Costs", id="money-costs"):
                yield Grid(COSTS, id="costs")
                yield Still("", id="cost-what")
            with TabPane("Break-even", id="money-even"):
                yield Chart(id="curve")
            with TabPane("By line", id="money-lines"):
                yield Grid(LINES, id="lines")
            with TabPane("Months", id="money-months"):
                yield Grid(MONTHS, id="months")
            with TabPane("What moves it", id="money-moves"), VerticalScroll():
                yield Still(id="tornado")
            with TabPane("Sources", id="money-sources"), VerticalScroll():
                yield Still(id="money-notes")

    def offer(self, apis: Sequence[str]) -> None:
        """The APIs that the opened workload names, or the usual ones."""
        self.query_one("#apis", Input).value = ", ".join(apis) or APIS

    @property
    def apis(self) -> tuple[str, ...]:
        return tuple(part.strip() for part in self.query_one("#apis", Input).value.split(",") if part.strip())

    @on(Input.Submitted, "#apis")
    def _submitted(self, event: Input.Submitted) -> None:
        event.stop()
        self.post_message(self.Asked(self.apis))

    @on(Input.Changed, "#apis")
    def _typing(self, event: Input.Changed) -> None:
        event.stop()

    def on_mount(self) -> None:
        self.post_message(self.Made())

    @on(Grid.Highlighted)
    def _looked(self, event: Grid.Highlighted) -> None:
        """What the option under the cursor is, for which its column seldom has the room."""
        event.stop()
        self._say_what()

    def _show_costs(self, rows: list[GridRow]) -> None:
        self._costs = rows
        self.query_one("#costs", Grid).show(rows)
        self._say_what()

    def _say_what(self) -> None:
        row = self.query_one("#costs", Grid).row
        name, *_, what = self._costs[row] if row is not None and row < len(self._costs) else ("", "")
        self.query_one("#cost-what", Still).say(f"{name}: {what}" if name else "")

    def wake(self) -> None:
        if self.outdated:
            self.outdated = False
            self.post_message(self.Asked(self.apis))

    def turn_stale(self) -> None:
        super().turn_stale()
        mark_stale(self, True)
        self.query_one("#money-head", Still).say(COMPUTING)

    def show_problem(self, text: str) -> None:
        self.query_one("#money-head", Still).say(text)

    def show_share(self, share: MoneyShare) -> None:
        """How much of the answer is done; one that is no longer asked for is said nothing of."""
        if not self.outdated:
            of = f"{share.done} of {share.total} at volume {share.volume}"
            self.query_one("#money-head", Still).say(f"{COMPUTING} {share.phase}: {of}")

    def show(self, answer: TcoAnswer | FloorAnswer | FloorNotReached | Infeasible) -> None:
        from planner.tco.answer import FloorAnswer, FloorNotReached, TcoAnswer

        mark_stale(self, False)
        if isinstance(answer, TcoAnswer):
            self._show(answer)
            return
        self._empty()
        if isinstance(answer, FloorAnswer):
            self._show_ways(answer)
        elif isinstance(answer, FloorNotReached):
            self.query_one("#money-head", Still).say(no_way(answer))
        else:
            self.query_one("#money-head", Still).say(
                f"Infeasible: {answer.binding_limit}\nNearest: {answer.nearest_change}"
            )

    def _empty(self) -> None:
        self._show_costs([])
        for grid in ("lines", "months"):
            self.query_one(f"#{grid}", Grid).show([])
        self.query_one("#curve", Chart).show(None)
        for text in ("tornado", "money-notes"):
            self.query_one(f"#{text}", Still).say("")

    def _show_ways(self, a: FloorAnswer) -> None:
        """Every way to a quality, cheapest first."""
        head = f"{len(a.ways)} ways to {a.benchmark} {a.min_score:g}, cheapest first"
        self.query_one("#money-head", Still).say(head)
        rows: list[GridRow] = [
            (w.model, w.kind, w.usd_per_month, w.usd_per_million_tokens, None, f"{w.score:g}; {w.way}: {w.what}")
            for w in a.ways
        ]
        self._show_costs(rows)
        notes = list(dict.fromkeys([*a.assumptions, *(text for w in a.ways for text in w.sources)]))
        self.query_one("#money-notes", Still).say(Text("\n".join(notes)))

    def _show(self, a: TcoAnswer) -> None:
        self.query_one("#money-head", Still).say(Text("\n".join(a.advice)))
        even = {b.api: b.tokens_per_month for b in a.break_even}
        rows: list[GridRow] = [
            (s.name, "self-hosted", s.usd_per_month, s.usd_per_million_tokens, None, s.description)
            for s in a.self_hosting
        ]
        rows += [
            (p.name, "API", p.usd_per_month, p.usd_per_million_tokens, even.get(p.name),
             f"${p.usd_per_million_input:g} in, ${p.usd_per_million_output:g} out; {p.source}, {p.as_of}")
            for p in a.apis
        ]  # fmt: skip
        self._show_costs(rows)
        self.query_one("#curve", Chart).show(curve(a))
        lines = [(s.name, line.name, line.usd_per_month) for s in a.self_hosting for line in s.lines]
        self.query_one("#lines", Grid).show(lines)
        months = [(r.name, r.kind, r.usd, r.usd_by_month[0], r.usd_by_month[-1]) for r in a.horizon.rows]
        self.query_one("#months", Grid).show(months)
        self.query_one("#tornado", Still).say(tornado(a, self.size.width or 80))
        notes = list(dict.fromkeys(text for s in a.self_hosting for text in s.sources))
        self.query_one("#money-notes", Still).say(Text("\n".join([*a.assumptions, *notes])))


def no_way(a: FloorNotReached) -> Text:
    """What is in the way of a quality, and the highest that can be had."""
    head = f"No way to {a.benchmark} {a.min_score:g}: {a.reason}"
    return Text(head if a.nearest_score is None else f"{head}\nNearest: {a.nearest_score:g} ({a.nearest})")


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
