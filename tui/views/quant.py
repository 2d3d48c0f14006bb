"""Quantization: every weight and KV format with support, quality and dollars, and the front of both."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.message import Message
from textual.widgets import Input

from tui.views.base import View
from tui.widgets.chart import Chart
from tui.widgets.columns import Column, GridRow
from tui.widgets.formats import evidence_of, front_of, halving, kept_of, words
from tui.widgets.grid import Grid
from tui.widgets.stale import mark_stale
from tui.widgets.still import Still

if TYPE_CHECKING:
    from planner.quant.answer import QuantAnswer, QuantRow

COMPUTING = "computing ..."
UNSIMULATED = "closed form, not simulated: Plan simulates the formats of the question"
COLUMNS = (
    Column("weights", 14), Column("KV", 8), Column("kernel", 11), Column("quality", 8, ".2f"), Column("of", 10),
    Column("$/h", 9, ".2f"),
    Column("GPU", 16), Column("n", 4, "d"), Column("GiB", 7, ".1f"), Column("KV tokens", 10, ",d"),
    Column("context", 9, ",d"), Column("TTFT p95", 8, ".3f"), Column("TPOT ms", 7, ".1f"), Column("max/s", 8, ".1f"),
)  # fmt: skip


class QuantView(View):
    """The matrix, the chosen row in words, and the Pareto plot."""

    first = "#quant-grid"
    lane = "quant"
    BINDINGS: ClassVar[list[BindingType]] = [Binding("slash", "find", "Filter", id="filter-formats")]

    class Asked(Message):
        """The formats of the present question."""

    def __init__(self) -> None:
        super().__init__(id="quant")
        self._rows: list[QuantRow] = []

    def compose(self) -> ComposeResult:
        yield Still(COMPUTING, id="quant-head")
        yield Input(placeholder="filter: every word must occur", id="quant-find", compact=True)
        yield Grid(COLUMNS, id="quant-grid", empty="no format of the scope runs here")
        with VerticalScroll(id="quant-facts"):
            yield Still(id="quant-text")
        yield Chart(id="quant-front", empty="no format has both dollars and measured quality")

    def show(self, answer: QuantAnswer) -> None:
        mark_stale(self, False)
        self._rows = sorted(answer.rows, key=lambda row: row.cluster is None)
        front = frozenset(i for i, row in enumerate(self._rows) if row.on_front)
        head = f"{answer.model}: {len(self._rows)} formats, {len(front)} on the front of quality against dollars"
        self.query_one("#quant-head", Still).say(f"{head}; {halving(self._rows)}; {UNSIMULATED}")
        self.query_one(Grid).show([_row(row) for row in self._rows], keep=None, marked=front)
        self.query_one(Chart).show(front_of(self._rows))
        self._tell()

    def wake(self) -> None:
        if self.outdated:
            self.outdated = False
            self.post_message(self.Asked())

    def turn_stale(self) -> None:
        super().turn_stale()
        mark_stale(self, True)
        self.query_one("#quant-head", Still).say(COMPUTING)

    def show_problem(self, text: str) -> None:
        self.query_one("#quant-head", Still).say(text)

    def on_mount(self) -> None:
        self.query_one("#quant-find").display = False

    def action_find(self) -> None:
        field = self.query_one("#quant-find", Input)
        field.display = True
        field.focus()

    @on(Input.Changed)
    def _filter(self, event: Input.Changed) -> None:
        event.stop()
        self.query_one(Grid).filter(event.value)

    @on(Input.Submitted)
    def _found(self, event: Input.Submitted) -> None:
        event.stop()
        self.query_one(Grid).focus()
        event.input.display = bool(event.value)

    @on(Grid.Highlighted)
    def _moved(self, event: Grid.Highlighted) -> None:
        event.stop()
        self._tell()

    def _tell(self) -> None:
        at = self.query_one(Grid).row
        self.query_one("#quant-text", Still).say(words(self._rows[at]) if at is not None else "")


def _row(r: QuantRow) -> GridRow:
    first, c = (r.weight_format, r.kv_format, r.support, kept_of(r), evidence_of(r)), r.cluster
    if c is None:
        return (*first, None, r.reason, *([None] * (len(COLUMNS) - 7)))
    return (
        *first, c.usd_per_hour, r.gpu, c.gpus, c.weights_gib, c.kv_tokens_per_replica, c.longest_context, c.ttft_p95_s,
        c.tpot_p95_s * 1e3, c.sustainable_rate_per_s,
    )  # fmt: skip
