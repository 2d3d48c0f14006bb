"""Money: hosting against APIs over the volume, what costs what, and what moves the answer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rich.text import Text
from textual import on
from textual.app import ComposeResult
from textual.message import Message
from textual.widgets import Input

from planner.defaults import DEFAULT_APIS
from tui.views.base import View
from tui.widgets.money_sides import MoneySides, money_panes
from tui.widgets.stale import mark_stale
from tui.widgets.still import Still

if TYPE_CHECKING:
    from planner.answers import Infeasible
    from planner.tco.answer import FloorAnswer, FloorNotReached, TcoAnswer
    from tui.jobs import MoneyShare

APIS = ", ".join(DEFAULT_APIS)
COMPUTING = "computing ..."


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

    def compose(self) -> ComposeResult:
        yield Input(APIS, id="apis", compact=True, placeholder="APIs, provider/model each; enter compares")
        yield Still(COMPUTING, id="money-head")
        with MoneySides():
            yield from money_panes()

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
        from planner.tco.answer import FloorAnswer, TcoAnswer

        mark_stale(self, False)
        self.query_one("#money-head", Still).say(head_of(answer))
        sides = self.query_one(MoneySides)
        if isinstance(answer, TcoAnswer):
            sides.show(answer)
        elif isinstance(answer, FloorAnswer):
            sides.show_ways(answer)
        else:
            sides.empty()


def head_of(a: TcoAnswer | FloorAnswer | FloorNotReached | Infeasible) -> Text:
    """An answer in a few lines."""
    from planner.tco.answer import FloorAnswer, FloorNotReached, TcoAnswer

    if isinstance(a, TcoAnswer):
        return Text("\n".join(a.advice))
    if isinstance(a, FloorAnswer):
        return Text(f"{len(a.ways)} ways to {a.benchmark} {a.min_score:g}, cheapest first")
    if isinstance(a, FloorNotReached):
        return no_way(a)
    return Text(f"Infeasible: {a.binding_limit}\nNearest: {a.nearest_change}")


def no_way(a: FloorNotReached) -> Text:
    """What is in the way of a quality, and the highest that can be had."""
    head = f"No way to {a.benchmark} {a.min_score:g}: {a.reason}"
    return Text(head if a.nearest_score is None else f"{head}\nNearest: {a.nearest_score:g} ({a.nearest})")
