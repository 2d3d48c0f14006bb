"""Memory of one GPU as a stacked bar with a legend."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.text import Text

from tui.plot.legend import wrapped
from tui.widgets.still import Still

if TYPE_CHECKING:
    from planner.answers import Memory


# The palette of [Okabe 2008], for colour blindness, and a glyph each for terminals without colour.
STYLE = {
    "weights": ("#0072B2", "█"),
    "kv_cache": ("#E69F00", "▓"),
    "activation": ("#009E73", "▒"),
    "cuda_graphs": ("#CC79A7", "▚"),
    "non_torch": ("#D55E00", "▞"),
    "free": ("#999999", "·"),
}

# Between two entries below the bar: of a short bar all are to be on one line.
GAP = "  "


class MemoryBar(Still):
    """A bar as wide as the widget; parts below half a cell still get one."""

    def __init__(self) -> None:
        super().__init__(id="memory-bar")
        self._memory: Memory | None = None

    def show(self, memory: Memory | None) -> None:
        self._memory = memory
        self.say(self._draw())

    def on_resize(self) -> None:
        self.say(self._draw())

    def _draw(self) -> Text:
        if self._memory is None:
            return Text()
        width = max(20, self.size.width or 60)
        parts = [(part.name, part.gib) for part in self._memory.parts] + [("free", self._memory.free_gib)]
        return bar(parts, self._memory.total_gib, width)


def cells(parts: list[tuple[str, float]], total: float, width: int) -> list[int]:
    """Cells of each part: the largest remainders round up, so that they add up to `width`."""
    exact = [max(0.0, size) / total * width for _, size in parts]
    counts = [max(1, int(e)) if e > 0 else 0 for e in exact]
    by_rest = sorted(range(len(parts)), key=lambda i: int(exact[i]) - exact[i])
    for i in by_rest:
        if sum(counts) < width and exact[i] > 0:
            counts[i] += 1
    while sum(counts) > width:
        counts[counts.index(max(counts))] -= 1
    return counts


def bar(parts: list[tuple[str, float]], total: float, width: int) -> Text:
    text = Text()
    for (name, _), count in zip(parts, cells(parts, total, width), strict=True):
        colour, glyph = STYLE[name]
        text.append(glyph * count, style=colour)
    return Text("\n").join([text, *wrapped([_entry(name, size) for name, size in parts], width, len(parts), GAP)])


def _entry(name: str, size: float) -> Text:
    colour, glyph = STYLE[name]
    return Text.assemble((glyph, colour), f" {name.replace('_', ' ')} {size:.1f} GiB")
