"""The time of a step by operator, as bars with the roof that binds each."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.text import Text
from textual.app import RenderResult
from textual.widget import Widget

if TYPE_CHECKING:
    from planner.answers import StepAnswer


COLOURS = {"compute": "#0072B2", "bandwidth": "#E69F00", "latency": "#CC79A7", "link": "#009E73", "host": "#D55E00"}
NAME, TIME, ROOF = 18, 9, 10


class Steps(Widget):
    """Decode and prefill, the longest operators first."""

    def __init__(self) -> None:
        super().__init__(id="steps")
        self._steps: tuple[tuple[str, StepAnswer], ...] = ()

    def show(self, *steps: tuple[str, StepAnswer]) -> None:
        self._steps = steps
        self.refresh(layout=True)

    def render(self) -> RenderResult:
        return Text("\n").join(line for name, step in self._steps for line in bars(name, step, self.size.width))


def bars(name: str, step: StepAnswer, width: int) -> list[Text]:
    """A title and one bar an operator, `width` cells wide at most."""
    room = max(4, width - NAME - TIME - ROOF - 3)
    longest = max((term.ms for term in step.terms), default=1.0)
    rows = [Text(f"{name}: {step.total_ms:.2f} ms a step", style="bold")]
    for term in step.terms:
        text = Text(f"{term.name[:NAME]:<{NAME}} {term.ms:>{TIME - 3}.3f} ms {term.binds:<{ROOF}}")
        text.append("█" * max(1, round(room * term.ms / longest)), style=COLOURS.get(term.binds, ""))
        rows.append(text)
    return rows
