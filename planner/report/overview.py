"""A card as text: bordered for a terminal, plain for a file or a pipe."""

from __future__ import annotations

import io
from typing import Any

from planner.report.layout import grid_of, grid_widths, plain_grid
from planner.report.plain import GAP, folded, lines_of
from planner.report.table import Overview
from planner.words import inert

# A card is no wider, however wide the terminal.
WIDEST = 100
# Border and padding on both sides.
BORDER = 4


def overview(c: Overview, width: int, framed: bool) -> str:
    """The card in lines of at most `width` characters; `framed`: with a border of box characters."""
    lines = None if framed else _plainly(c, min(width, WIDEST))
    return _by_rich(c, width, framed) if lines is None else "".join(f"{line.rstrip()}\n" for line in lines)


def _plainly(c: Overview, width: int) -> list[str] | None:
    """The card without a border in lines, None where that takes Rich."""
    rows = [[inert(name), inert(text)] for name, text in c.lines]
    named, longest = (max((len(row[i]) for row in rows), default=0) for i in (0, 1))
    room = width - named - GAP
    if room < 1:
        return None
    parts = [folded(inert(c.title), width), lines_of(rows, [named, min(longest, room)], [False, False])]
    for table in c.tables:
        parts += [[""], plain_grid(table, grid_widths(table, width - BORDER))]
    return None if None in parts else [line for part in parts for line in part or ()]


def _by_rich(c: Overview, width: int, framed: bool) -> str:
    from rich.console import Console, Group
    from rich.panel import Panel
    from rich.text import Text

    out, width = io.StringIO(), min(width, WIDEST)
    console = Console(file=out, width=width, no_color=True, highlight=False)
    inner = Group(_lines(c), *(part for t in c.tables for part in (Text(""), grid_of(t, width - BORDER))))
    if framed:
        console.print(Panel(inner, title=Text(inert(c.title), style="bold"), title_align="left", width=width))
    else:
        console.print(Text(inert(c.title)))
        console.print(inner)
    return "".join(f"{line.rstrip()}\n" for line in out.getvalue().splitlines())


def _lines(c: Overview) -> Any:
    from rich.table import Table as RichTable
    from rich.text import Text

    grid = RichTable(box=None, pad_edge=False, show_header=False)
    grid.add_column(no_wrap=True)
    grid.add_column(overflow="fold")
    for name, text in c.lines:
        grid.add_row(Text(inert(name)), Text(inert(text)))
    return grid
