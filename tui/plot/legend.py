"""Names of what is drawn, above the chart: a name over it would hide what it names."""

from __future__ import annotations

from collections.abc import Sequence

from rich.style import Style
from rich.text import Text

from tui.plot.canvas import SHADE
from tui.plot.picture import Picture, Series

MARKS = "ox+*#@%"
LINE = "⠤⠤"
GAP = "   "


def entries(picture: Picture, colours: Sequence[Style], limit: Style) -> list[Text]:
    """Each series, band and limit as the sign that it has on the chart, and its name."""
    found = [(mark_of(s, n) or LINE, tone_of(s, n, colours), s.name) for n, s in enumerate(picture.series)]
    found += [(SHADE, colours[0], band.name) for band in picture.bands]
    found += [("─" + SHADE * bool(line.breach), limit, line.name) for line in picture.across]
    found += [("│" + SHADE * bool(line.breach), limit, line.name) for line in picture.down]
    return [Text.assemble((sign, style), f" {name}") for sign, style, name in found if name]


def mark_of(s: Series, number: int) -> str:
    """The letter of the series that is drawn as this one of all."""
    return MARKS[number % len(MARKS)] if s.mark is None else s.mark


def tone_of(s: Series, number: int, colours: Sequence[Style]) -> Style:
    return colours[(number if s.tone is None else s.tone) % len(colours)]


def wrapped(found: Sequence[Text], width: int, most: int, gap: str = GAP) -> list[Text]:
    """As many lines as that takes; what `most` lines do not hold is counted."""
    lines: list[list[Text]] = []
    for n, entry in enumerate(found):
        if lines and _width([*lines[-1], entry], gap) <= width:
            lines[-1].append(entry)
        elif len(lines) < most:
            lines.append([entry])
        else:
            left = len(found) - n
            while len(lines[-1]) > 1 and _width([*lines[-1], _more(left)], gap) > width:
                lines[-1].pop()
                left += 1
            lines[-1].append(_more(left))
            break
    return [Text(gap).join(line) for line in lines]


def _more(count: int) -> Text:
    return Text(f"and {count} more")


def _width(line: Sequence[Text], gap: str) -> int:
    return sum(entry.cell_len for entry in line) + len(gap) * (len(line) - 1)
