"""A card as text: bordered for a terminal, plain for a file or a pipe."""

from __future__ import annotations

import io
from typing import Any

from planner.report.layout import grid_of
from planner.report.table import Overview
from planner.words import inert

# A card is no wider, however wide the terminal.
WIDEST = 100
# Border and padding on both sides.
BORDER = 4


def overview(c: Overview, width: int, framed: bool) -> str:
    """The card in lines of at most `width` characters; `framed`: with a border of box characters."""
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
