"""Tables as text in the format asked for."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Sequence
from typing import Any, Literal

from planner.report.layout import terminal
from planner.report.table import Cell, Table, show

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
    return "\n".join(terminal(table, width) for table in tables())


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
        return "| " + " | ".join(show(cell).replace("|", "\\|").replace("\n", " ") for cell in cells) + " |"

    lines = [f"## {table.title}", ""]
    if table.rows:
        lines += [line(table.columns), "|" + " --- |" * len(table.columns), *(line(row) for row in table.rows), ""]
    return "\n".join(lines + [f"- {note}" for note in table.notes] + ([""] if table.notes else []))
