"""The winner at a glance: dollars, machines, latencies against their limits, load, quality."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from rich.text import Text
from textual.app import ComposeResult
from textual.containers import Container
from textual.widgets import Static

from planner.frozen import dataclass
from planner.report.table import written
from tui.widgets.gauge import FREE, Gauge
from tui.widgets.lines import LineForms, fitted

if TYPE_CHECKING:
    from planner.answers import Percentiles, Plan
    from planner.plan.shortlist import Entry

STATES = ("fits", "near", "breaks", FREE)
NAMES = ("dollars", "machines", "first", "second", "load", "quality")
# Cells of the border on which a title does not stand, beyond those of the padding.
CORNERS = 2
# What stands until it is known.
PENDING: LineForms = ("...",)


@dataclass(frozen=True, slots=True)
class CardFace:
    """A card: its title, one for where there is little room, its lines in several lengths, and a gauge in the place of
    the last line."""

    title: str
    lines: tuple[LineForms, ...]
    gauge: Gauge | None = None
    short_title: str = ""


class WinnerCard(Static):
    """Drawn as wide as it is; its border says in colour what its text says in a word."""

    def __init__(self, name: str) -> None:
        super().__init__("", id=f"card-{name}", classes="card", markup=False)
        self._shown: CardFace | None = None

    def show(self, shown: CardFace) -> None:
        if shown == self._shown:
            return
        self._shown = shown
        state = shown.gauge.state if shown.gauge is not None else FREE
        self.update_classes({f"-{name}": name == state for name in STATES})
        self._draw()

    @property
    def text(self) -> str:
        """Its title and its longest lines."""
        return "" if self._shown is None else "\n".join([self._shown.title, *(line[0] for line in self._shown.lines)])

    def on_resize(self) -> None:
        self._draw()

    def _draw(self) -> None:
        """The first line, as many others as there is room for, and the gauge last."""
        shown = self._shown
        if shown is None:
            return
        width, height = self.content_size
        self.border_title = Text(fitted((shown.title, shown.short_title or shown.title), width - CORNERS))
        bar = self._bar(width)
        room = max(1, height - len(bar)) if height else len(shown.lines)
        lines = [Text(fitted(line, width)) for line in shown.lines[:room]]
        lines[0].stylize("bold")
        self.update(Text("\n").join([*lines, *bar]), layout=False)

    def _bar(self, width: int) -> list[Text]:
        if self._shown is None or self._shown.gauge is None:
            return []
        gauge = self._shown.gauge
        return [
            Text(
                f"{gauge.bar(width - len(gauge.state) - 1)} {gauge.state}"
                if gauge.limit is not None
                else gauge.bar(width)
            )
        ]


class Cards(Container):
    """Six cards; as many in a row as the screen's width takes."""

    def __init__(self) -> None:
        super().__init__(id="cards")
        self._cards = [WinnerCard(name) for name in NAMES]

    def compose(self) -> ComposeResult:
        yield from self._cards

    def show(self, cards: tuple[CardFace, ...]) -> None:
        for card, shown in zip(self._cards, cards, strict=True):
            card.show(shown)

    @property
    def text(self) -> str:
        return "\n".join(card.text for card in self._cards)


def entry_cards(e: Entry) -> tuple[CardFace, ...]:
    """The candidate at once: its latencies are central, at 50 % confidence; limits and quality follow."""
    tpot = written(e.tpot_p95_s * 1e3, ".1f")
    return (
        CardFace("dollars", (*_dollars(e), PENDING)), CardFace("machines", (*_machines(e), PENDING)),
        CardFace("TTFT p95", ((f"{e.ttft_p95_s:.3f} s",), ("central",), PENDING)),
        CardFace("TPOT p95", ((f"{tpot} ms",), ("central",), PENDING)),
        CardFace("load", ((f"{e.saturation_share:.0%} of saturation", f"{e.saturation_share:.0%}"), PENDING)),
        CardFace("quality", (_formats(e), PENDING)),
    )  # fmt: skip


def plan_cards(e: Entry, plan: Plan) -> tuple[CardFace, ...]:
    """The answer: each latency at the confidence that it has, with the 90 % interval of the central prediction."""
    c, cost = plan.cluster, plan.cluster.cost
    tokens = f"${cost.usd_per_million_input_tokens:.3f} in, ${cost.usd_per_million_output_tokens:.3f} out"
    hour, month = _dollars(e)
    age = c.machine.price_age_days
    day = f"{age} days old" if age is not None else f"price of {c.machine.price_as_of}"
    short = (f"{e.provider}, {age} d",) if age is not None else ()
    aged = f"{e.provider}, price {c.machine.price_text}", f"{e.provider}, {day}", *short, e.provider
    machines, provider = _machines(e)
    quality = ((c.quality.short, c.quality.short.partition(" (")[0]), (f"evidence: {c.quality.evidence}",))
    return (
        CardFace("dollars", (hour, month, (f"{tokens} per M tokens", f"{tokens}/M"))),
        CardFace("machines", (machines, aged, provider)), *_latencies(plan), _load(plan),
        CardFace("quality", (_formats(e), *quality)),
    )  # fmt: skip


def _dollars(e: Entry) -> tuple[LineForms, LineForms]:
    return (f"${e.usd_per_hour:,.2f} an hour",), (f"${e.usd_per_month:,.0f} a month",)


def _machines(e: Entry) -> tuple[LineForms, LineForms]:
    each = f": {e.machines} x {e.instance_type}"
    whole = f"{e.gpus} x {e.gpu}{each}"
    return (f"{whole} ({e.provider})", whole, f"{e.gpus} x {e.gpu} ({e.provider})", f"{e.gpus} x {e.gpu}"), (
        f"{e.machines} x {e.instance_type} of {e.provider}", f"of {e.provider}",
    )  # fmt: skip


def _formats(e: Entry) -> LineForms:
    formats = f"{e.weights}, KV {e.kv}"
    return f"{e.replicas} x {formats}, {e.split}, {e.engine}", f"{formats}, {e.split}", formats, e.weights


def _load(plan: Plan) -> CardFace:
    """Requests a second against those that break the first limit, which is named."""
    c = plan.cluster
    asked = c.utilization * c.sla_breaks_at_rate_per_s
    limit = plan.binding_limit
    short = limit.replace(" requests a second", "/s").replace("_s (", " (")
    first = limit.partition(" ")[0].removesuffix("_s").replace("_", " ") if " first" in limit else ""
    if " not sustained" in limit:
        first = "saturation"
    left = (f"{asked:.3g} of {c.sla_breaks_at_rate_per_s:.3g}/s, {1.0 - c.utilization:.0%} left",
            f"{asked:.3g} of {c.sla_breaks_at_rate_per_s:.3g}/s")  # fmt: skip
    bare = re.sub(r" \(.*?\)", "", short)
    which = limit, short, bare, bare.partition(",")[0]
    title = f"load, {first} binds" if first else "load"
    return CardFace(title, (left, which), Gauge(asked, c.sla_breaks_at_rate_per_s), title.removesuffix(" binds"))


def _latencies(plan: Plan) -> tuple[CardFace, ...]:
    """The first two limits, else TTFT and TPOT without one."""
    keys = [margin.key for margin in plan.sla]
    others = (f"{name}_p95_s" for name in ("ttft", "tpot") if not any(key.startswith(name) for key in keys))
    return tuple(_latency(plan, key) for key in [*keys, *others][:2])


def _latency(plan: Plan, key: str) -> CardFace:
    metric, percentile, _ = key.split("_")
    found: Percentiles = getattr(plan.cluster.latency, f"{metric}_s")
    unit, k, form = ("ms", 1e3, ".1f") if metric == "tpot" else ("s", 1.0, ".3f")
    limit = next((k * margin.limit_s for margin in plan.sla if margin.key == key), None)
    run, central = plan.verification, float(getattr(found, percentile))
    value = central if run is None else float(getattr(getattr(run, f"{metric}_s"), percentile))
    low, high = k * central * found.low, k * central * found.high
    range_text = f"90 % in {written(low, form)} to {written(high, form)} {unit}"
    how = (f"simulated at {plan.confidence:.0%}" if run is not None
           else f"closed form at {plan.cluster.latency.at_confidence:.0%}")  # fmt: skip
    of = f"{metric.upper()} {percentile}" + (f" of {limit:g} {unit}" if limit is not None else ", no limit")
    figure = f"{written(k * value, form)} {unit}"
    said = f"{figure} {how}", f"{figure} {how.replace(' at', '')}", figure
    return CardFace(
        of, (said, (f"central: {range_text}", range_text, range_text[8:])), Gauge(k * value, limit, low, high)
    )
