"""Tables as text of a width: names are broken at underscores only, other words never (but addresses); what does not
fit is turned on its side."""

from __future__ import annotations

import io
import re
from collections.abc import Sequence
from dataclasses import replace
from textwrap import fill
from typing import Any

from planner.report.plain import GAP, folded, lines_of
from planner.report.table import Cell, Table, show
from planner.words import inert

# More columns are read more easily one below the other.
MOST_COLUMNS = 12
# What a column of a table on its side is at least.
RECORD = 16
# Texts in columns narrower than that are hard to read.
ROOMY = 12
# Longer words are addresses, which may be broken anywhere.
ADDRESS = 60
# Notes begin so, and go on so in further lines.
NOTE, FURTHER = "  ", "    "
# Columns of identifiers, whose cells stay on one line.
NAMES = frozenset({"id", "name", "model", "gpu", "gpus", "machine"})


def terminal(table: Table, width: int) -> str:
    """Title, table and notes, in lines of at most `width` characters."""
    table = fitting(replace(table, columns=[inert(name) for name in table.columns]), width)
    lines = _plainly(table, width)
    notes = "".join(f"{noted(inert(note), width)}\n" for note in table.texts)
    return (_by_rich(table, width) if lines is None else "".join(f"{line}\n" for line in lines)) + notes


def _plainly(table: Table, width: int) -> list[str] | None:
    """Title and rows in lines, None where that takes Rich."""
    title = folded(inert(table.title), width)
    if title is None or "  " in table.title:
        return None
    # Rich keeps the space that a line is broken at, where there is room for it.
    title = [*(f"{line} "[:width] for line in title[:-1]), title[-1]]
    if not table.rows:
        return title
    widths = _upright(table, width)
    rows = plain_grid(table, widths) if widths else None
    return None if rows is None else [*title, *rows]


def _by_rich(table: Table, width: int) -> str:
    from rich.console import Console
    from rich.text import Text

    out = io.StringIO()
    console = Console(file=out, width=width, no_color=True, highlight=False)
    console.print(Text(inert(table.title), style="bold"))
    if table.rows:
        widths = _upright(table, width)
        if widths:
            console.print(_grid(table, widths))
        else:
            _records(console, table, width)
    return out.getvalue()


def fitting(table: Table, width: int) -> Table:
    """The table without those of its spare columns that do not fit `width`, which it says; itself where it fits, or
    does not even without them."""
    kept, left = table, list[str]()
    if not table.rows:
        return table
    for name in table.spare:
        if _roomy(kept, width):
            break
        kept = kept.of([column for column in kept.columns if column != name])
        left.append(name)
    if not left or not _upright(kept, width):
        return table
    return replace(kept, notes=[*kept.notes, f"left out at this width: {', '.join(left)} (--format csv shows all)"])


def _roomy(table: Table, width: int) -> bool:
    """Whether a table stands upright, and no text in it is squeezed."""
    widths = _upright(table, width)
    whole = [_widths(table, i)[1] for i in range(len(table.columns))]
    return widths is not None and all(w >= min(full, ROOMY) for w, full in zip(widths, whole, strict=True))


def _upright(table: Table, width: int) -> list[int] | None:
    """Widths of the columns where the table stands upright in `width`, else None."""
    return fitted(table, width) if len(table.columns) <= MOST_COLUMNS else None


def noted(note: str, width: int) -> str:
    """A note in lines of at most `width`: what goes on is set further in."""
    return fill(note, width, initial_indent=NOTE, subsequent_indent=FURTHER, break_on_hyphens=False)


def grid_of(table: Table, width: int) -> Any:
    """A small table in at most `width` characters: one that always fits."""
    return _grid(table, grid_widths(table, width))


def grid_widths(table: Table, width: int) -> list[int]:
    """Widths of the columns of a small table, which it fits or is broken to."""
    return fitted(table, width) or [max(1, width // len(table.columns) - GAP)] * len(table.columns)


def fitted(table: Table, width: int) -> list[int] | None:
    """Widths of the columns that fit `width` together, or None: no figure is broken, nor a word, nor a part of a
    column's name; identifiers stay on one line."""
    least, whole = zip(*(_widths(table, i) for i in range(len(table.columns))), strict=True)
    room = width - GAP * (len(whole) - 1) - sum(least)
    return shared(least, whole, room) if room >= 0 else None


def _widths(table: Table, i: int) -> tuple[int, int]:
    """The least width of a column, and that of its longest cell."""
    name, cells = table.columns[i], [show(row[i]) for row in table.rows]
    longest, parts = max(map(len, cells)), max(map(len, parts_of(name)))
    held = longest if _numeric(table, i) or name in NAMES else _longest_word(cells)
    return max(parts, held), max(len(name), longest)


def _longest_word(cells: Sequence[str]) -> int:
    return min(max((len(word) for cell in cells for word in cell.split()), default=0), ADDRESS)


def shared(least: Sequence[int], whole: Sequence[int], room: int) -> list[int]:
    """`room` more characters than `least`: the narrowest columns that are short of their own width come first."""
    widths = list(least)
    while room > 0 and any(width < full for width, full in zip(widths, whole, strict=True)):
        _, at = min((widths[i], i) for i in range(len(widths)) if widths[i] < whole[i])
        widths[at] += 1
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
    """Whether a column holds figures, or nothing where there is none."""
    cells = [row[i] for row in table.rows if row[i] not in (None, "", "-")]
    return bool(cells) and all(isinstance(cell, int | float) for cell in cells)


def plain_grid(table: Table, widths: Sequence[int]) -> list[str] | None:
    """The names of the columns, even at their last line, and the rows in lines; None where that takes Rich."""
    names = [broken(name, width) for name, width in zip(table.columns, widths, strict=True)]
    most = max(name.count("\n") for name in names)
    names = ["\n" * (most - name.count("\n")) + name for name in names]
    right = [_numeric(table, i) for i in range(len(names))]
    return lines_of([names, *([show(cell) for cell in row] for row in table.rows)], widths, right)


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
