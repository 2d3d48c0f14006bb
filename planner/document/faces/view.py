"""A report as templates see it: sections with texts in place of numbers, numbered, and the origin of every figure."""

from __future__ import annotations

from typing import Any

from planner.document.record import (
    Compared,
    Fact,
    Facts,
    FigureTable,
    Origin,
    Report,
    ReportBlock,
    ReportChart,
    TableColumn,
    TextBlock,
)
from planner.document.shown import cell_text, text_of, unit_text
from planner.words import inert

WHAT = {
    "input": "Input", "price": "Price", "catalog": "Catalog", "calibration": "Calibration", "program": "Program",
    "catalog and calibration": "Catalog and calibration", "total": "Total",
}  # fmt: skip


# Letters of a cell that are not broken into lines; rows of a table that stay on one page.
SHORT, KEPT = 16, 14


def view(report: Report, charts: dict[str, str] | None = None) -> dict[str, Any]:
    """Plain tables and texts for a template. charts: SVG by the key of a chart."""
    sections = [
        {
            "number": str(number), "key": section.key, "title": inert(section.title), "lead": inert(section.lead),
            "blocks": [block_view(block, charts or {}) for block in section.blocks],
        }
        for number, section in enumerate(report.sections, 1)
    ]  # fmt: skip
    sources = [{"id": s.id, "text": inert(s.text), "as_of": inert(s.as_of)} for s in report.sources]
    return {
        "title": inert(report.title), "status": report.status, "kind": report.kind, "as_of": report.as_of,
        "version": report.version, "sha256": report.asked.sha256, "schema_version": report.schema_version,
        "stamps": report.stamps.model_dump(), "sections": sections, "sources": sources, "origins": origins(report),
        "request": flat(report.asked.request), "terms": flat(report.asked.terms or {}),
        "options": flat(report.asked.options), "compared": _compared(report.compared),
    }  # fmt: skip


def block_view(block: ReportBlock, charts: dict[str, str]) -> dict[str, Any]:
    """One block; its `kind` tells what it holds."""
    found: dict[str, Any] = {"kind": block.kind, "key": block.key, "title": inert(block.title)}
    if isinstance(block, Facts):
        return found | {
            "figures": [_figure(f) for f in block.figures],
            "note": inert(block.note),
            "ledger": block.key.endswith(".ledger"),
            "keep": len(block.figures) <= KEPT,
        }
    if isinstance(block, FigureTable):
        return found | _table(block)
    if isinstance(block, ReportChart):
        return found | {"alt": inert(block.alt), "svg": charts.get(block.key, "")}
    assert isinstance(block, TextBlock)
    return found | {"style": block.style, "items": [inert(item) for item in block.items]}


def _figure(f: Fact) -> dict[str, Any]:
    between = "" if f.low is None or f.high is None else f"{text_of(f.low, f.unit)} to {text_of(f.high, f.unit)}"
    basis = "; ".join(part for part in (inert(f.basis), inert(f.interval), between) if part)
    return {
        "key": f.key, "label": inert(f.label), "text": text_of(f.value, f.unit), "basis": basis, "cites": f.sources,
        "numeric": isinstance(f.value, int | float),
    }  # fmt: skip


def _table(t: FigureTable) -> dict[str, Any]:
    shown = len(t.rows) if t.shown is None else t.shown
    numeric = [any(isinstance(row[i], int | float) for row in t.rows) for i in range(len(t.columns))]
    columns = [
        {"key": c.key, "label": inert(c.label), "unit": inert(unit_text(c.unit)), "numeric": numeric[i],
         "short": not numeric[i] and all(len(str(row[i])) <= SHORT for row in t.rows)}
        for i, c in enumerate(t.columns)
    ]  # fmt: skip
    rows = []
    for n, row in enumerate(t.rows[:shown]):
        cells = [
            {"key": f"{t.key}.{n}.{c.key}", "text": cell_text(value, c.unit), "numeric": numeric[i],
             "short": columns[i]["short"]}
            for i, (c, value) in enumerate(zip(t.columns, row, strict=True))
        ]  # fmt: skip
        rows.append({"cells": cells, "cites": t.row_sources[n] if t.row_sources else []})
    cited = any(row["cites"] for row in rows)
    return {
        "columns": columns, "rows": rows, "note": inert(t.note), "cited": cited, "hidden": len(t.rows) - len(rows),
        "wide": len(columns) > 7, "keep": len(rows) <= KEPT,
    }  # fmt: skip


def origins(report: Report) -> list[dict[str, Any]]:
    """Where every figure comes from: one row a figure, one a column of figures."""
    found = []
    for figure in report.figures():
        text = text_of(figure.value, figure.unit)
        found.append({"key": figure.key, "label": inert(figure.label), "text": text, **_origin(figure)})
    for table in report.tables():
        for i, column in enumerate(table.columns):
            if any(isinstance(row[i], int | float) for row in table.rows):
                found.append(_of_column(table, column))
    return found


def _of_column(table: FigureTable, column: TableColumn) -> dict[str, Any]:
    told = _origin(column)
    if table.row_sources and not told["cites"]:
        told["cites"] = list(dict.fromkeys(id for row in table.row_sources for id in row))
    title = f"{table.title}: {column.label}" if table.title else column.label
    return {"key": f"{table.key}.{column.key}", "label": inert(title), "text": f"{len(table.rows)} rows", **told}


def _origin(o: Origin) -> dict[str, Any]:
    return {"formula": inert(o.formula), "method": inert(o.method), "cites": list(o.sources)}


def flat(value: Any, prefix: str = "") -> list[dict[str, str]]:
    """Nested tables as lines of key and value."""
    if isinstance(value, dict):
        return [line for key in value for line in flat(value[key], f"{prefix}.{key}" if prefix else str(key))]
    if isinstance(value, list) and any(isinstance(each, dict | list) for each in value):
        return [line for i, each in enumerate(value, 1) for line in flat(each, f"{prefix}.{i}")]
    text = ", ".join(str(each) for each in value) if isinstance(value, list) else str(value)
    return [{"key": inert(prefix), "text": inert(text)}]


def _compared(c: Compared | None) -> dict[str, Any] | None:
    if c is None:
        return None
    rows = [
        {"what": WHAT[change.what], "text": inert(change.text),
         "usd": text_of(change.usd_per_month, "USD/month")}
        for change in c.changes
    ]  # fmt: skip
    return {"as_of": inert(c.older_as_of), "sha256": inert(c.older_sha256), "changes": rows}
