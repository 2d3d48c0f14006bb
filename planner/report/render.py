"""Tables as text in the format asked for."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Callable, Sequence
from math import isfinite
from typing import Any, Literal

from planner.report.layout import terminal
from planner.report.table import Cell, Table, show
from planner.words import cell_of, inert

OutputFormat = Literal["table", "json", "csv", "md"]


def render(fmt: str, *, data: Any, tables: Callable[[], Sequence[Table]], width: int = 100) -> str:
    """One answer in one format; `data` is a pydantic model or plain JSON data."""
    if fmt == "json":
        if hasattr(data, "model_dump_json"):
            return _escaped(str(data.model_dump_json(indent=2)))
        return _escaped(json.dumps(_finite(data), indent=2, ensure_ascii=False, allow_nan=False))
    if fmt == "csv":
        return _csv(tables()[0])
    if fmt == "md":
        return "\n".join(_markdown(table) for table in tables())
    return "\n".join(terminal(table, width) for table in tables())


def _finite(data: Any) -> Any:
    """The data with null for what is no number, as in the answers that are records."""
    if isinstance(data, float):
        return data if isfinite(data) else None
    if isinstance(data, dict):
        return {key: _finite(value) for key, value in data.items()}
    return [_finite(value) for value in data] if isinstance(data, list | tuple) else data


def _escaped(text: str) -> str:
    """JSON whose strings have every character that cannot be printed as an escape."""
    return text if text.replace("\n", "").isprintable() else "".join(map(_json_letter, text))


def _json_letter(letter: str) -> str:
    return letter if letter.isprintable() or letter == "\n" else json.dumps(letter)[1:-1]


def _csv(table: Table) -> str:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow([cell_of(name) for name in table.columns])
    writer.writerows([cell_of(cell) if isinstance(cell, str) else cell for cell in row] for row in table.rows)
    return out.getvalue().rstrip("\n")


def _plain(text: str) -> str:
    """A text in Markdown that is nothing but text: no link, picture, code, emphasis, tag or column."""
    return re.sub(r"([\\`*<\[\]|]|(?<![^\W_])_|_(?![^\W_]))", r"\\\1", inert(text))


def _markdown(table: Table) -> str:
    def line(cells: Sequence[Cell]) -> str:
        return "| " + " | ".join(_plain(show(cell)) for cell in cells) + " |"

    lines = [f"## {_plain(table.title)}", ""]
    if table.rows:
        lines += [line(table.columns), "|" + " --- |" * len(table.columns), *(line(row) for row in table.rows), ""]
    return "\n".join(lines + [f"- {_plain(note)}" for note in table.notes] + ([""] if table.notes else []))
