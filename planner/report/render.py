"""Tables as text in the format asked for."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Sequence
from typing import Any, Literal

from planner.report.table import Cell, Table

OutputFormat = Literal["table", "json", "csv", "md"]


def render(fmt: str, *, data: Any, tables: Callable[[], Sequence[Table]], width: int = 100) -> str:
    """One answer in one format; `data` is a pydantic model or plain JSON data."""
    if fmt == "json":
        if hasattr(data, "model_dump_json"):
            return str(data.model_dump_json(indent=2))
        return json.dumps(data, indent=2, ensure_ascii=False)
    if fmt == "csv":
        return _csv(tables()[0])
    if fmt == "md":
        return "\n".join(_markdown(table) for table in tables())
    return "\n".join(_terminal(table, width) for table in tables())


def _show(cell: Cell) -> str:
    if cell is None:
        return ""
    return f"{cell:g}" if isinstance(cell, float) else str(cell)


def _csv(table: Table) -> str:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(table.columns)
    writer.writerows([_formula_safe(cell) for cell in row] for row in table.rows)
    return out.getvalue().rstrip("\n")


def _formula_safe(cell: Cell) -> Cell:
    """Spreadsheets run cells that begin like a formula; names from catalogs are quoted."""
    return "'" + cell if isinstance(cell, str) and cell[:1] in ("=", "+", "-", "@", "\t") else cell


def _markdown(table: Table) -> str:
    def line(cells: Sequence[Cell]) -> str:
        return "| " + " | ".join(_show(cell).replace("|", "\\|").replace("\n", " ") for cell in cells) + " |"

    lines = [f"## {table.title}", ""]
    if table.rows:
        lines += [line(table.columns), "|" + " --- |" * len(table.columns), *(line(row) for row in table.rows), ""]
    return "\n".join(lines + [f"- {note}" for note in table.notes] + ([""] if table.notes else []))


def _terminal(table: Table, width: int) -> str:
    from rich.console import Console
    from rich.table import Table as RichTable
    from rich.text import Text

    out = io.StringIO()
    console = Console(file=out, width=width, no_color=True, highlight=False)
    console.print(Text(table.title, style="bold"))
    if table.rows and len(table.columns) > 12:
        _records(console, table)
    elif table.rows:
        grid = RichTable(box=None, pad_edge=False)
        for i, name in enumerate(table.columns):
            numeric = all(isinstance(row[i], int | float) for row in table.rows)
            grid.add_column(name, justify="right" if numeric else "left", overflow="fold")
        for row in table.rows:
            grid.add_row(*(Text(_show(cell)) for cell in row))
        console.print(grid)
    for note in table.notes:
        console.print(Text(f"  {note}"))
    return out.getvalue()


def _records(console: Any, table: Table) -> None:
    """A wide table turned on its side: one column a row."""
    from rich.table import Table as RichTable
    from rich.text import Text

    grid = RichTable(box=None, pad_edge=False, show_header=False)
    for _ in range(len(table.rows) + 1):
        grid.add_column(overflow="fold")
    for i, name in enumerate(table.columns):
        cells = [_show(row[i]) for row in table.rows]
        if any(cells):
            grid.add_row(Text(name), *(Text(cell) for cell in cells))
    console.print(grid)
