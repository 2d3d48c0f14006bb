"""What moves the cost of hosting against the cheapest API: a bar an input, over its range."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.text import Text

from tui.widgets.columns import shortened
from tui.widgets.still import Still

if TYPE_CHECKING:
    from planner.tco.answer import TcoAnswer

# Cells of a name, and of what stands before a bar.
NAME, BEFORE = 20, 49


class Tornado(Still):
    """Bars as wide as the widget; nothing where there is no answer."""

    def __init__(self) -> None:
        super().__init__(id="tornado")
        self._answer: TcoAnswer | None = None

    def show(self, answer: TcoAnswer | None) -> None:
        self._answer = answer
        self.say(self._draw())

    def on_resize(self) -> None:
        self.say(self._draw())

    def _draw(self) -> Text:
        return Text() if self._answer is None else tornado(self._answer, self.size.width or 80)


def tornado(a: TcoAnswer, width: int) -> Text:
    """What hosting costs less the API a month, at both ends of each input; negative: hosting is cheaper."""
    text = Text.assemble(("hosting less the cheapest API, USD a month, as each input moves over its range\n", "bold"))
    ends = [v for s in a.sensitivity for v in (s.usd_at_low, s.usd_at_high)]
    low, high = min(ends, default=0.0), max(ends, default=1.0)
    room = max(10, width - BEFORE)

    def cell(value: float) -> int:
        return round((value - low) / max(high - low, 1e-9) * (room - 1))

    for s in a.sensitivity:
        left, right = sorted((cell(s.usd_at_low), cell(s.usd_at_high)))
        text.append(f"{shortened(s.name, NAME):<{NAME}} {s.usd_at_low:>13,.0f} {s.usd_at_high:>13,.0f} ")
        text.append(" " * left + "█" * (right - left + 1) + "\n", style="#0072B2")
    for name, risk in (("hosting", a.self_hosted_risk), *((("API", a.api_risk),) if a.api_risk else ())):
        text.append(f"{name} P10/P50/P90: ${risk.p10:,.0f} / ${risk.p50:,.0f} / ${risk.p90:,.0f} a month\n")
    if a.chance_that_hosting_is_cheaper is not None:
        text.append(f"hosting is cheaper in {a.chance_that_hosting_is_cheaper:.0%} of the draws")
    return text
