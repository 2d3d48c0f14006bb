"""Tables as text of a width: a name is broken at its underscores only, and what does not fit is turned on its side."""

from __future__ import annotations

import io
import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from planner.report.table import Cell, Table, show
from planner.words import inert

# More columns are read more easily one below the other.
MOST_COLUMNS = 12
GAP = 2
# What a cell of text may be narrowed to, and a column of a table on its side.
NARROW, RECORD = 12, 16
# Rows that are read in a list rather than one beside the other.
LONG = 12
# Columns of identifiers, whose cells stay on one line.
NAMES = frozenset({"id", "model", "gpu", "machine"})


def terminal(table: Table, width: int) -> str:
    """Title, table and notes, in lines of at most `width` characters."""
    from rich.console import Console
    from rich.text import Text

    table = replace(table, columns=[inert(name) for name in table.columns])
    out = io.StringIO()
    console = Console(file=out, width=width, no_color=True, highlight=False)
    console.print(Text(inert(table.title), style="bold"))
    if table.rows:
        widths = fitted(table, width) if len(table.columns) <= MOST_COLUMNS else None
        if widths:
            console.print(_grid(table, widths))
        else:
            _records(console, table, width)
    for note in table.notes:
        console.print(Text(f"  {inert(note)}"))
    return out.getvalue()


def fitted(table: Table, width: int) -> list[int] | None:
    """Widths of the columns that fit `width` together, or None: a figure is never broken, nor a part of a column's
    name. Other long words are broken where they would not fit whole, identifiers only in long lists."""
    tries = [(width, NAMES), (NARROW, NAMES)]
    if len(table.rows) > LONG:
        tries.append((NARROW, frozenset()))
    for most, names in tries:
        least, whole = zip(*(_widths(table, i, most, names) for i in range(len(table.columns))), strict=True)
        room = width - GAP * (len(whole) - 1) - sum(least)
        if room >= 0:
            return shared(least, whole, room)
    return None


def _widths(table: Table, i: int, most: int, names: frozenset[str]) -> tuple[int, int]:
    """The least width of a column with words of at most `most`, whole cells under `names`, and its longest cell's."""
    name, cells = table.columns[i], [show(row[i]) for row in table.rows]
    longest, parts = max(map(len, cells)), max(map(len, parts_of(name)))
    held = longest if _numeric(table, i) or name in names else min(_longest_word(cells), most)
    return max(parts, held), max(len(name), longest)


def _longest_word(cells: Sequence[str]) -> int:
    return max((len(word) for cell in cells for word in cell.split()), default=0)


def shared(least: Sequence[int], whole: Sequence[int], room: int) -> list[int]:
    """`room` more characters than `least`, for the columns that are the most short of their own width."""
    widths = list(least)
    while room > 0 and any(width < full for width, full in zip(widths, whole, strict=True)):
        _, at = max((whole[i] / max(widths[i], 1), -i) for i in range(len(widths)) if widths[i] < whole[i])
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
    """One column a row, as many records side by side as there is room for with their names whole."""
    named = max(map(len, table.columns))
    start = 0
    while start < len(table.rows):
        least = _side_by_side(table, start, width - named)
        rows = table.rows[start : start + len(least)]
        whole = [max(len(show(cell)) for cell in row) for row in rows]
        if start:
            console.print()
        widths = shared(least, whole, width - named - sum(least) - GAP * len(least))
        console.print(_sideways(table.columns, rows, named, widths))
        start += len(least)


def _side_by_side(table: Table, start: int, room: int) -> list[int]:
    """The least widths of the records from `start` on that stand beside one another in `room`, one at least."""
    least: list[int] = []
    for row in table.rows[start:]:
        cells = list(zip(table.columns, map(show, row), strict=True))
        names = max((len(cell) for name, cell in cells if name in NAMES), default=0)
        need = max(RECORD, names, _longest_word([cell for _, cell in cells]))
        if least and sum(least) + need + GAP * (len(least) + 1) > room:
            break
        least.append(min(need, room - GAP))
    return least


def _sideways(columns: Sequence[str], rows: Sequence[Sequence[Cell]], named: int, widths: Sequence[int]) -> Any:
    from rich.table import Table as RichTable
    from rich.text import Text

    grid = RichTable(box=None, pad_edge=False, show_header=False)
    grid.add_column(min_width=named, no_wrap=True)
    for width in widths:
        grid.add_column(overflow="fold", width=width)
    for i, name in enumerate(columns):
        cells = [show(row[i]) for row in rows]
        if any(cells):
            grid.add_row(Text(name), *(Text(cell) for cell in cells))
    return grid
