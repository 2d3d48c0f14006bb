"""The time of a step by operator, as bars with the roof that binds each."""

from __future__ import annotations

from collections.abc import Sequence
from math import isfinite
from typing import TYPE_CHECKING, TypeVar

from rich.text import Text
from textual.app import RenderResult
from textual.widget import Widget

from tui.widgets.columns import shortened

if TYPE_CHECKING:
    from planner.answers import LatencyPart, LatencyParts, StepAnswer


COLOURS = {"compute": "#0072B2", "bandwidth": "#E69F00", "latency": "#CC79A7", "link": "#009E73", "host": "#D55E00"}
NAME, TIME, ROOF = 24, 9, 10
# A shorter part has no digit to show.
SHOWN_MS = 5e-4
Shown = TypeVar("Shown")
Titled = Sequence[tuple[str, Shown]]


class Steps(Widget):
    """Decode and prefill, the longest operators first; then what the mean latencies are made of."""

    def __init__(self) -> None:
        super().__init__(id="steps")
        self._steps: tuple[tuple[str, StepAnswer], ...] = ()
        self._means: tuple[tuple[str, LatencyParts], ...] = ()

    def show(self, steps: Titled[StepAnswer] = (), means: Titled[LatencyParts] = ()) -> None:
        before = len(self._lines())
        self._steps, self._means = tuple(steps), tuple(means)
        self.refresh(layout=len(self._lines()) != before)

    def render(self) -> RenderResult:
        return Text("\n").join(self._lines())

    def _lines(self) -> list[Text]:
        width = self.size.width
        lines = [line for name, step in self._steps for line in bars(name, step, width)]
        lines += [line for name, made in self._means if made.parts for line in sums(name, made, width)]
        return lines


def bars(name: str, step: StepAnswer, width: int) -> list[Text]:
    """A title and one bar an operator, `width` cells wide at most."""
    title = f"{name}: {step.total_ms:.2f} ms a step"
    rows = [(t.name, t.ms, t.binds, COLOURS.get(t.binds, "")) for t in step.terms]
    return _lines(title, rows, width)


def sums(name: str, made: LatencyParts, width: int) -> list[Text]:
    """A title and one bar a part of a mean latency."""
    title = f"{name}: {made.mean_ms:.2f} ms, mean, closed form"
    return _lines(title, [(p.name, p.ms, _product(p), "") for p in made.parts if abs(p.ms) >= SHOWN_MS], width)


def _product(part: LatencyPart) -> str:
    return "" if part.count == 1.0 else f"{part.count:.3g} x"


def _lines(title: str, rows: Sequence[tuple[str, float, str, str]], width: int) -> list[Text]:
    room = max(4, width - NAME - TIME - ROOF - 3)
    longest = max((ms for _, ms, _, _ in rows if isfinite(ms)), default=1.0)
    lines = [Text(title, style="bold")]
    for name, ms, said, colour in rows:
        text = Text(f"{shortened(name, NAME):<{NAME}} {ms:>{TIME - 3}.3f} ms {said:<{ROOF}}")
        text.append("█" * max(1, round(room * min(ms / longest, 1.0))), style=colour)
        lines.append(text)
    return lines
