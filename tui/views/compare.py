"""Up to four pinned candidates side by side, differences marked."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from rich.text import Text
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.message import Message
from textual.widgets import Static

from planner.report.table import written
from planner.request.metrics import METRICS
from tui.fields import texts_of
from tui.views.base import View
from tui.widgets.columns import padded, shortened
from tui.widgets.sources import simulated_limits

if TYPE_CHECKING:
    from planner.plan.candidate import Details
    from tui.session import Pin

NAME, WIDE, NARROW = 18, 30, 14
EMPTY = "Nothing pinned. Press p on a candidate of the plan; change the question and pin again to compare scenarios."


class CompareView(View):
    """One column a pin; rows that differ carry a mark and stand out."""

    first = "#compare-scroll"
    with_form = False

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("x", "drop", "Drop the last"),
        Binding("X", "drop_all", "Drop all"),
    ]

    class Made(Message):
        """It is there, and knows no pins yet."""

    class Dropped(Message):
        """Take away the last pin, or all."""

        def __init__(self, everything: bool) -> None:
            super().__init__()
            self.everything = everything

    def __init__(self) -> None:
        super().__init__(id="compare")
        self._pins: tuple[Pin, ...] = ()

    def compose(self) -> ComposeResult:
        with VerticalScroll(id="compare-scroll", can_focus=True):
            yield Static(EMPTY, id="compare-table", markup=False)

    def on_mount(self) -> None:
        self.post_message(self.Made())

    def show(self, pins: tuple[Pin, ...]) -> None:
        self._pins = pins
        self._draw()

    def on_resize(self) -> None:
        self._draw()

    def _draw(self) -> None:
        width = self.size.width or 80
        self.query_one("#compare-table", Static).update(table(self._pins, width) if self._pins else EMPTY)

    def action_drop(self) -> None:
        self.post_message(self.Dropped(everything=False))

    def action_drop_all(self) -> None:
        self.post_message(self.Dropped(everything=True))


def facts(d: Details) -> list[tuple[str, str]]:
    c, r, m = d.cluster, d.cluster.replica, d.cluster.machine
    parts = {part.name: part.gib for part in c.memory.parts}
    return [
        ("$ an hour", f"{c.cost.usd_per_hour:,.2f}"), ("$ a month", f"{c.cost.usd_per_month:,.0f}"),
        ("$ / M in", f"{c.cost.usd_per_million_input_tokens:.3f}"),
        ("$ / M out", f"{c.cost.usd_per_million_output_tokens:.3f}"),
        ("model", r.model.rpartition("/")[2]), ("weights", r.weight_format), ("KV", r.kv_format),
        ("split", r.split_text), ("engine", r.engine), ("replicas", f"{c.replicas}"), ("GPUs", f"{c.gpus} x {m.gpu}"),
        ("machines", f"{m.count} x {m.instance_type}"), ("provider", m.provider), ("price of", m.price_as_of),
        ("asked /s", f"{d.load.asked_per_s:.3g}"), ("SLA breaks /s", f"{c.sla_breaks_at_rate_per_s:.3g}"),
        ("utilization", f"{c.utilization:.0%}"), ("TTFT p95 s", f"{c.latency.ttft_s.p95:.3f}"),
        ("TPOT p95 ms", written(c.latency.tpot_s.p95 * 1e3, ".1f")), ("answer p95 s", f"{c.latency.e2e_s.p95:.2f}"),
        ("simulated", _simulated(d)), ("basis", c.latency.tpot_s.basis),
        ("weights GiB", f"{parts.get('weights', 0.0):.1f}"),
        ("KV GiB", f"{parts.get('kv_cache', 0.0):.1f}"), ("free GiB", f"{c.memory.free_gib:.1f}"),
        ("KV tokens", f"{c.memory.kv_tokens_per_replica:,}"),
        ("power kW", "-" if c.power_kw is None else f"{c.power_kw:.1f}"),
    ]  # fmt: skip


def _simulated(d: Details) -> str:
    checks = simulated_limits(d)
    if checks is None:
        return "not simulated"
    return "holds" if all(check.holds for check in checks) else "breaks"


def asked(question: dict[str, Any]) -> list[tuple[str, str]]:
    """The question of a pin: what is most often changed between two of them."""
    texts = texts_of(question)
    lengths = f"{texts['input_tokens.mean'] or 'preset'} in, {texts['output_tokens.mean'] or 'preset'} out"
    limits = ", ".join(f"{name} {texts[f'sla.{name}']}" for name in METRICS if texts[f"sla.{name}"])
    return [("tokens", lengths), (f"limits s, {texts['percentile']}", limits or "none")]


def table(pins: tuple[Pin, ...], width: int) -> Text:
    """Names at the left, a column a pin; `*` marks rows in which the pins differ."""
    column = max(NARROW, min(WIDE, (width - NAME - 2) // len(pins) - 1))
    rows = [[*asked(pin.question), *facts(pin.found)] for pin in pins]
    text = Text()
    for line in zip(*rows, strict=True):
        values = [value for _, value in line]
        differs = len(set(values)) > 1
        cells = " ".join(padded(shortened(value, column), column) for value in values)
        text.append(
            f"{'*' if differs else ' '} {line[0][0]:<{NAME}}{cells.rstrip()}\n", style="bold" if differs else "dim"
        )
    return text
