"""A log beside its estimate, as a table."""

from __future__ import annotations

from planner.answers.explained import ExplainedFigure, ExplainedLog
from planner.report.table import Cell, Table


def explained_tables(a: ExplainedLog) -> list[Table]:
    """One row a figure; what was assumed follows."""
    version = f" {a.engine_version}" if a.engine_version else ""
    title = f"{a.engine}{version}: {a.model} in {a.weight_format}, KV {a.kv_format}, on {a.gpu}, {a.split}"
    notes = [_verdict(a), *([f"the start failed: {a.failure}"] if a.failure else [])]
    notes += [f"assumed: {text}" for text in a.assumptions]
    columns = ("figure", "log", "ours", "difference", "percent", "explained by")
    return [Table(title, columns, [_row(f) for f in a.figures], notes)]


def _row(f: ExplainedFigure) -> list[Cell]:
    digits = 3 if f.unit else 2
    name = f"{f.name.replace('_', ' ')}, {f.unit}" if f.unit else f.name.replace("_", " ")
    if f.ours is None:
        return [name, round(f.log, digits), "", "", "", ""]
    share = "" if f.difference_pct != f.difference_pct else f"{f.difference_pct:+.1f} %"
    return [name, round(f.log, digits), round(f.ours, digits), round(f.difference, digits), share, f.explained_by]


def _verdict(a: ExplainedLog) -> str:
    if a.status == "agrees":
        return "every figure agrees within 2 %"
    found = sum(bool(f.explained_by) for f in a.figures)
    if not a.tried:
        return "figures differ, and the log states every setting that could be another"
    return f"{a.tried} single changes were tried; they explain {found} of the figures that differ"
