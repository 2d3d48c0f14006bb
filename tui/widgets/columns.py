"""Columns of a grid: how values are written in them, and how wide they are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import isnan

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
            return format(value, self.form)[: self.width].rjust(self.width)
        return shortened(str(value), self.width).ljust(self.width)


def shortened(text: str, width: int) -> str:
    """A text in so many cells; where it is cut it says so.

    >>> shortened("packet-ai", 9), shortened("packet-ai", 6)
    ('packet-ai', 'packe…')
    """
    return text if len(text) <= width else text[: max(0, width - 1)] + CUT


def widened(columns: Sequence[Column], rows: Sequence[GridRow], room: int) -> tuple[Column, ...]:
    """Columns whose texts would be cut take what room [cells] the others leave, from the left."""
    spare = room - sum(column.width + 1 for column in columns)
    found = []
    for i, column in enumerate(columns):
        if spare > 0 and not column.form:
            needed = max((len(str(row[i])) for row in rows if row[i] is not None), default=0)
            more = min(spare, max(0, needed - column.width))
            column, spare = replace(column, width=column.width + more), spare - more
        found.append(column)
    return tuple(found)
