"""A map of dollars over two knobs: each cell says its figure, and the darker its ground the dearer it is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from rich.text import Text
from textual.widgets import Static

from tui.whatif import Quote

# Grounds from cheap to dear; the figure stands in each, so that no colour is needed.
GROUNDS = ("#0b3d2e", "#14532d", "#4d4400", "#6b3a00", "#7f1d1d")
CELL = 12


class HeatMap(Static):
    """Rows of the second knob, columns of the first; the present question in brackets."""

    def __init__(self, *, id: str) -> None:
        super().__init__("", id=id, markup=False)

    def show(
        self, across: Sequence[str], down: Sequence[str], known: Mapping[tuple[str, str], Quote], now: tuple[str, str]
    ) -> None:
        self.update(drawn(across, down, known, now))


def drawn(
    across: Sequence[str], down: Sequence[str], known: Mapping[tuple[str, str], Quote], now: tuple[str, str]
) -> Text:
    """A line of titles, then a line a value of the second knob; `...` where nothing is known yet."""
    usd = [p.usd_per_hour for p in known.values() if p.usd_per_hour is not None]
    low, high = min(usd, default=0.0), max(usd, default=1.0)
    text = Text(f"{'':<{CELL}}" + "".join(f"{value:>{CELL}}" for value in across) + "\n", style="bold")
    for other in down:
        text.append(f"{other:<{CELL}}", style="bold")
        for one in across:
            found = known.get((one, other))
            text.append(*_cell(found, low, high, (one, other) == now))
        text.append("\n")
    return text


def _cell(found: Quote | None, low: float, high: float, here: bool) -> tuple[str, str]:
    if found is None:
        return f"{'...':>{CELL}}", ""
    if found.usd_per_hour is None:
        return f"{'none':>{CELL}}", "reverse"
    figure = f"${found.usd_per_hour:,.2f}"
    share = (found.usd_per_hour - low) / (high - low) if high > low else 0.0
    ground = GROUNDS[min(len(GROUNDS) - 1, int(share * len(GROUNDS)))]
    return f"{f'[{figure}]' if here else figure:>{CELL}}", f"#ffffff on {ground}"
