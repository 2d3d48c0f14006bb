"""Quantization: every weight and KV format with support, quality and dollars, and the front of both."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from rich.text import Text
from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.message import Message
from textual.widgets import Input

from tui.plot.picture import Axis, Picture, Series
from tui.views.base import View
from tui.widgets.chart import Chart
from tui.widgets.columns import Column, GridRow
from tui.widgets.grid import Grid
from tui.widgets.stale import mark_stale
from tui.widgets.still import Still

if TYPE_CHECKING:
    from planner.quant.answer import QuantAnswer, QuantRow

COMPUTING = "computing ..."
UNSIMULATED = "closed form, not simulated: Plan simulates the formats of the question"
# What is so many times dearer than the front and the native format would leave them no room on the axis.
DEARER = 10.0
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


def halving(rows: list[QuantRow]) -> str:
    """The format that costs at most half of the native one and loses least, of those with measured quality."""
    priced = [(row, row.cluster.usd_per_hour) for row in rows if row.cluster is not None]
    native = [usd for row, usd in priced if evidence_of(row) == "native"]
    if not native:
        return "the native format has no price here"
    rated = [(row.quality.loss_pct, usd, row) for row, usd in priced if row.quality.loss_pct is not None]
    half = [(loss, usd, row) for loss, usd, row in rated if usd <= 0.5 * min(native)]
    if not half:
        return f"none with measured quality halves the native ${min(native):,.2f}/h"
    loss, usd, row = min(half, key=lambda each: each[:2])
    what = f"{row.weight_format}, KV {row.kv_format}, ${usd:,.2f}/h, loses {loss:.1f} %"
    return f"halves the native ${min(native):,.2f}/h: {what}"


def kept_of(row: QuantRow) -> float | None:
    """Percent of the score that is kept; None where nothing was measured."""
    return None if row.quality.loss_pct is None else 100.0 - row.quality.loss_pct


def evidence_of(row: QuantRow) -> str:
    """Whose measurements the quality rests on."""
    parts = (row.quality.weights, row.quality.cache)
    return "native" if all(part.measured == "native" for part in parts) else row.quality.evidence


def words(r: QuantRow) -> Text:
    """Kernel, constraints and where the quality was measured."""
    text = Text.assemble((f"{r.weight_format} with KV {r.kv_format}: {r.support}", "bold"))
    text.append(f" {r.kernel}\n" if r.kernel else "\n")
    if r.reason:
        text.append(f"{r.reason}\n")
    for constraint in r.constraints:
        text.append(f"bites: {constraint}\n")
    text.append(f"quality: {r.quality.text}\n")
    for part in (r.quality.weights, r.quality.cache):
        if part.sources:
            text.append(f"{part.format}: {part.rows} rows, {', '.join(part.sources[:2])}\n")
    if r.usd_saved_per_point is not None:
        text.append(f"saves ${r.usd_saved_per_point:,.4f} a million tokens for each percent of quality lost\n")
    c = r.cluster
    if c is not None:
        text.append(
            f"${c.usd_per_month:,.0f} a month, ${c.usd_per_million_input_tokens:.3f} in and "
            f"${c.usd_per_million_output_tokens:.3f} out a million tokens; {c.instance_type} ({c.provider}), "
            f"{c.price_as_of}: {c.price_source}"
        )
    return text


def front_of(rows: list[QuantRow]) -> Picture:
    """Quality against dollars: what is on the front joined by a line, the native formats marked; without what is many
    times dearer, which stands in the rows."""
    known = [(r.cluster.usd_per_million_tokens, kept, r) for r in rows
             if r.cluster is not None and (kept := kept_of(r)) is not None]  # fmt: skip
    front = sorted((usd, kept) for usd, kept, r in known if r.on_front)
    native = [(usd, kept) for usd, kept, r in known if evidence_of(r) == "native"]
    others = [(usd, kept) for usd, kept, r in known if not r.on_front and evidence_of(r) != "native"]
    dearest = DEARER * max((usd for usd, _ in (*front, *native)), default=float("inf"))
    others = [(usd, kept) for usd, kept in others if usd <= dearest]
    series = (
        _points("beaten", others, ".", 3), Series("", *_columns(front), mark="", tone=0),
        _points("front", front, "o", 0), _points("native", native, "N", 1),
    )  # fmt: skip
    return Picture("quality kept against dollars", Axis("a million tokens", "$"), Axis("", "%"), series)


def _points(name: str, places: list[tuple[float, float]], mark: str, tone: int) -> Series:
    return Series(name, *_columns(places), points=True, mark=mark, tone=tone)


def _columns(places: list[tuple[float, float]]) -> tuple[list[float], list[float]]:
    return [x for x, _ in places], [y for _, y in places]
