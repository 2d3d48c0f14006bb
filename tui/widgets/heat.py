"""A map of dollars over two knobs: each cell says its figure, and the redder its ground the dearer it is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from rich.text import Text
from textual.widgets import Static

from planner.frozen import dataclass
from tui.plot.scale import si
from tui.whatif import Quote

# Grounds from cheap to dear; the figure stands in each, so that no colour is needed.
GROUNDS = ("#0b3d2e", "#14532d", "#4d4400", "#6b3a00", "#7f1d1d")
# The least width of a cell, and the most rows of one.
CELL, ROWS = 10, 9


@dataclass(frozen=True, slots=True)
class Heat:
    """Columns of the first knob, rows of the second, what is known of each, and the present question."""

    across: Sequence[str]
    down: Sequence[str]
    known: Mapping[tuple[str, str], Quote]
    now: tuple[str, str]


class HeatMap(Static):
    """Fills its place; the present question in brackets."""

    def __init__(self, *, id: str) -> None:
        super().__init__("", id=id, markup=False)
        self._heat: Heat | None = None

    def show(self, heat: Heat) -> None:
        self._heat = heat
        self._fill()

    def on_resize(self) -> None:
        self._fill()

    def _fill(self) -> None:
        if self._heat is not None:
            self.update(drawn(self._heat, self.size.width, self.size.height), layout=False)


def drawn(heat: Heat, width: int, height: int) -> Text:
    """A line of titles, then a cell a value of both knobs; `...` where nothing is known yet."""
    cell = max(CELL, width // (len(heat.across) + 1))
    rows = max(1, min(ROWS, (height - 1) // max(1, len(heat.down))))
    usd = [p.usd_per_hour for p in heat.known.values() if p.usd_per_hour is not None]
    low, high = min(usd, default=0.0), max(usd, default=1.0)
    text = Text(" " * cell + "".join(f"{value:^{cell}}" for value in heat.across) + "\n", style="bold")
    for other in heat.down:
        for row in range(rows):
            said = row == rows // 2
            text.append(f"{other if said else '':<{cell}}", style="bold")
            for one in heat.across:
                figure, ground = _cell(heat.known.get((one, other)), low, high, (one, other) == heat.now, cell)
                text.append(f"{figure if said else '':^{cell}}", ground)
            text.append("\n")
    return text


def _cell(found: Quote | None, low: float, high: float, here: bool, width: int) -> tuple[str, str]:
    if found is None:
        return "...", ""
    if found.usd_per_hour is None:
        return "none", "reverse"
    figure = f"${found.usd_per_hour:,.2f}"
    share = (found.usd_per_hour - low) / (high - low) if high > low else 0.0
    ground = GROUNDS[min(len(GROUNDS) - 1, int(share * len(GROUNDS)))]
    if len(figure) > width - len("[] "):
        figure = si(found.usd_per_hour, "$")
    return f"[{figure}]" if here else figure, f"#ffffff on {ground}"
