"""Every figure of a report with the text that a page shows of it."""

from __future__ import annotations

import re
from collections.abc import Iterator

from planner.document.record import Cell, Report
from planner.document.shown import NONE, cell_text, text_of

SIGNS = re.compile(r"-?\$?[\d,]+(?:\.\d+)?(?:e[+-]\d+)?")


def shown_figures(report: Report) -> Iterator[tuple[str, Cell, str, str]]:
    """(key, value, unit, text) of each figure and of each cell that a page has room for."""
    for figure in report.figures():
        yield figure.key, figure.value, figure.unit, text_of(figure.value, figure.unit)
    for table in report.tables():
        for n, row in enumerate(table.rows[: len(table.rows) if table.shown is None else table.shown]):
            for column, value in zip(table.columns, row, strict=True):
                yield f"{table.key}.{n}.{column.key}", value, column.unit, cell_text(value, column.unit)


def says(text: str, value: Cell, unit: str) -> bool:
    """Whether a text states the value to the figures that it has."""
    if value is None or value != value:
        return text.startswith(NONE)
    if isinstance(value, str):
        return True
    found = SIGNS.match(text)
    assert found is not None, text
    digits = found.group(0).replace("$", "").replace(",", "")
    wanted = 100.0 * value if unit == "share" else float(value)
    decimals = len(digits.partition("e")[0].partition(".")[2])
    step = 10.0**-decimals if "e" not in digits else abs(wanted) * 0.01
    return abs(float(digits) - wanted) <= 0.5 * step * (1.0 + 1e-9) + 1e-12
