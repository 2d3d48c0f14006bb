"""Columns of a grid: how values are written in them, and how wide they are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import isnan

from rich.cells import cell_len, set_cell_size

from tui.plot.scale import si

# Stands where a text is cut.
CUT = "…"
GridValue = str | float | int | None
GridRow = tuple[GridValue, ...]


@dataclass(frozen=True, slots=True)
class Column:
    """A column's title, width in cells, and how its numbers are written."""

    title: str
    width: int
    form: str = ""

    def text(self, value: GridValue) -> str:
        if value is None or (isinstance(value, float) and isnan(value)):
            return "-".rjust(self.width) if self.form else "-".ljust(self.width)
        if self.form and isinstance(value, int | float):
            return numeral(value, self.form, self.width).rjust(self.width)
        return padded(shortened(str(value), self.width), self.width)


def numeral(value: float, form: str, width: int) -> str:
    """A number in so many cells, never cut within its digits: with a prefix where its form is too long.

    >>> numeral(61419, "d", 5), numeral(61419, "d", 4), numeral(1234567.5, ".2f", 9), numeral(61419, "d", 2)
    ('61419', '61k', '1.235M', '…')
    """
    text = format(value, form)
    if len(text) <= width:
        return text
    shorter = () if form.endswith("%") else (si(float(f"{value:.{digits}g}")) for digits in (4, 3, 2, 1))
    return next((each for each in shorter if len(each) <= width), CUT)


def shortened(text: str, width: int) -> str:
    """A text in so many cells; where it is cut it says so.

    >>> shortened("packet-ai", 9), shortened("packet-ai", 6)
    ('packet-ai', 'packe…')
    """
    return text if cell_len(text) <= width else set_cell_size(text, max(0, width - 1)) + CUT


def padded(text: str, width: int) -> str:
    """A text with spaces up to so many cells: a letter may take two of them, or none."""
    return text + " " * (width - cell_len(text))


def widened(columns: Sequence[Column], rows: Sequence[GridRow], room: int) -> tuple[Column, ...]:
    """Columns whose texts would be cut take what room [cells] the others leave, from the left."""
    spare = room - sum(column.width + 1 for column in columns)
    found = []
    for i, column in enumerate(columns):
        if spare > 0 and not column.form:
            needed = max((cell_len(str(row[i])) for row in rows if row[i] is not None), default=0)
            more = min(spare, max(0, needed - column.width))
            column, spare = replace(column, width=column.width + more), spare - more
        found.append(column)
    return tuple(found)
