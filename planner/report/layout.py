"""Tables as text of a width: a name is broken at its underscores only, and what does not fit is turned on its side."""

from __future__ import annotations

import io
import re
from collections.abc import Sequence
from typing import Any

from planner.report.table import Cell, Table, show

# More columns are read more easily one below the other.
MOST_COLUMNS = 12
GAP = 2
# What a cell of text may be narrowed to, and a column of a table on its side.
NARROW, RECORD = 12, 16


def terminal(table: Table, width: int) -> str:
    """Title, table and notes, in lines of at most `width` characters."""
    from rich.console import Console
    from rich.text import Text

    out = io.StringIO()
    console = Console(file=out, width=width, no_color=True, highlight=False)
    console.print(Text(table.title, style="bold"))
    if table.rows:
        widths = fitted(table, width) if len(table.columns) <= MOST_COLUMNS else None
        if widths:
            console.print(_grid(table, widths))
        else:
            _records(console, table, width)
    for note in table.notes:
        console.print(Text(f"  {note}"))
    return out.getvalue()


def fitted(table: Table, width: int) -> list[int] | None:
    """Widths of the columns that fit `width` together, or None: a figure is never broken, nor a part of a name."""
    least, whole = [], []
    for i, name in enumerate(table.columns):
        cells = [show(row[i]) for row in table.rows]
        longest = max(map(len, cells))
        parts = max(map(len, parts_of(name)))
        words = max((len(word) for cell in cells for word in cell.split()), default=0)
        least.append(max(parts, longest if _numeric(table, i) else min(words, NARROW)))
        whole.append(max(len(name), longest))
    room = width - GAP * (len(whole) - 1) - sum(least)
    if room < 0:
        return None
    widths = list(least)
    while room > 0 and widths != whole:
        # The column that is the most short of its own width gets the next character.
        _, at = max((whole[i] / widths[i], -i) for i in range(len(widths)) if widths[i] < whole[i])
        widths[-at] += 1
        room -= 1
    return widths


def parts_of(name: str) -> list[str]:
    """Where a name may be broken: `max_sequences` into `max_` and `sequences`."""
    return re.findall(r"[^_ ]+_?|_", name) or [""]


def broken(name: str, width: int) -> str:
    """The name in lines of at most `width`."""
    lines = [""]
    for word in name.split(" "):
        for i, part in enumerate(parts_of(word)):
            joint = " " if i == 0 and lines[-1] else ""
            if lines[-1] and len(lines[-1]) + len(joint) + len(part) > width:
                lines.append(part)
            else:
                lines[-1] += joint + part
    return "\n".join(lines)


def _numeric(table: Table, i: int) -> bool:
    return all(isinstance(row[i], int | float) for row in table.rows)


def _grid(table: Table, widths: Sequence[int]) -> Any:
    from rich.table import Table as RichTable
    from rich.text import Text

    grid = RichTable(box=None, pad_edge=False)
    for i, (name, width) in enumerate(zip(table.columns, widths, strict=True)):
        justify: Any = "right" if _numeric(table, i) else "left"
        grid.add_column(Text(broken(name, width)), justify=justify, overflow="fold", width=width)
    for row in table.rows:
        grid.add_row(*(Text(show(cell)) for cell in row))
    return grid


def _records(console: Any, table: Table, width: int) -> None:
    """One column a row, as many records side by side as there is room for."""
    named = max(map(len, table.columns))
    side = max(1, (width - named) // (RECORD + GAP))
    for start in range(0, len(table.rows), side):
        if start:
            console.print()
        console.print(_sideways(table.columns, table.rows[start : start + side], named))


def _sideways(columns: Sequence[str], rows: Sequence[Sequence[Cell]], named: int) -> Any:
    from rich.table import Table as RichTable
    from rich.text import Text

    grid = RichTable(box=None, pad_edge=False, show_header=False)
    grid.add_column(min_width=named, no_wrap=True)
    for _ in rows:
        grid.add_column(overflow="fold")
    for i, name in enumerate(columns):
        cells = [show(row[i]) for row in rows]
        if any(cells):
            grid.add_row(Text(name), *(Text(cell) for cell in cells))
    return grid
