from __future__ import annotations

from typing import Any

from planner.report.table import Table


def cells(table: Table) -> list[dict[str, Any]]:
    """The rows of a table by column; a row of another length than the header is an error."""
    return [dict(zip(table.columns, row, strict=True)) for row in table.rows]
