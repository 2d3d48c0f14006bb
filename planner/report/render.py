"""Tables and cards as text in the format asked for."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Callable, Sequence
from math import isfinite
from typing import Any, Literal

from planner.report.layout import terminal
from planner.report.overview import overview
from planner.report.table import Block, Cell, Overview, Table, show
from planner.words import cell_of, inert

OutputFormat = Literal["table", "json", "csv", "md"]
# Rows of a list in a terminal where no number is asked for.
LISTED = 20


def render(
    fmt: str, *, data: Any, tables: Callable[[], Sequence[Block]], width: int = 100, limit: int | None = None,
    framed: bool = False,
) -> str:  # fmt: skip
    """One answer in one format; `data` is a pydantic model or plain JSON data.

    limit: rows of lists, 0 for all; by default some in a terminal and all in files. framed: cards have a border.
    """
    if fmt == "json":
        if hasattr(data, "model_dump_json"):
            return _escaped(str(data.model_dump_json(indent=2)))
        return _escaped(json.dumps(_finite(data), indent=2, ensure_ascii=False, allow_nan=False))
    most = (LISTED if fmt == "table" else 0) if limit is None else limit
    blocks = [block if isinstance(block, Overview) else block.first(most) for block in tables()]
    if fmt == "csv":
        return _csv(next(block for block in blocks if isinstance(block, Table)))
    if fmt == "md":
        return "\n".join(_overview_markdown(b) if isinstance(b, Overview) else _markdown(b) for b in blocks)
    return "\n".join(
        overview(b, width, framed) if isinstance(b, Overview) else terminal(b.narrowed(), width) for b in blocks
    )


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
    lines = [f"## {_plain(table.title)}", ""]
    if table.rows:
        lines += _markdown_rows(table)
    return "\n".join(lines + [f"- {_plain(note)}" for note in table.texts] + ([""] if table.texts else []))


def _markdown_rows(table: Table) -> list[str]:
    def line(cells: Sequence[Cell]) -> str:
        return "| " + " | ".join(_plain(show(cell)) for cell in cells) + " |"

    return [line(table.columns), "|" + " --- |" * len(table.columns), *(line(row) for row in table.rows), ""]


def _overview_markdown(c: Overview) -> str:
    lines = [f"## {_plain(c.title)}", "", *(f"- {_plain(name)}: {_plain(text)}" for name, text in c.lines), ""]
    for table in c.tables:
        lines += _markdown_rows(table)
    return "\n".join(lines)
