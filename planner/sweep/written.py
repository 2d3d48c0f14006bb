"""The rows of a sweep as CSV, JSON lines or Parquet, the same bytes for the same rows."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Mapping, Sequence
from importlib import import_module
from pathlib import Path
from typing import Any

from planner.errors import InputError
from planner.sweep.rows import FIGURES, SweepRow
from planner.words import cell_of
from planner.writing import replacing, replacing_bytes

ENDINGS = {".csv": "csv", ".jsonl": "jsonl", ".ndjson": "jsonl", ".parquet": "parquet"}
MISSING = "--out: pyarrow is not installed; the extra has it: pip install 'gpuplan[parquet]'"
SweepColumns = dict[str, list[Any]]


def format_of(target: Path) -> str:
    """By its ending; raises InputError for another one."""
    found = ENDINGS.get(target.suffix.lower())
    if found is None:
        raise InputError(f"--out: {target.name[-60:]!r} ends in none of {', '.join(ENDINGS)}")
    return found


def check(target: Path) -> None:
    """Raise InputError, before there is work, for a format that cannot be written here."""
    if format_of(target) == "parquet":
        _arrow()


def columns_of(scenarios: Sequence[Mapping[str, Any]], rows: Sequence[SweepRow]) -> SweepColumns:
    """The keys of the scenarios, then the figures, as columns of equal length."""
    keys = list(dict.fromkeys(key for scenario in scenarios for key in scenario))
    asked = {key: [_plain(scenario.get(key)) for scenario in scenarios] for key in keys}
    return asked | {name: [row.get(name) for row in rows] for name in FIGURES}


def _plain(value: Any) -> Any:
    """Lists of names as one text."""
    return "+".join(map(str, value)) if isinstance(value, list | tuple) else value


def write(columns: SweepColumns, target: Path) -> None:
    """Write the columns whole; raises OutputError."""
    kind = format_of(target)
    if kind == "parquet":
        _parquet(columns, target)
        return
    with replacing(target) as out:
        out.write(csv_text(columns) if kind == "csv" else jsonl_text(columns))


def csv_text(columns: SweepColumns) -> str:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow([cell_of(name) for name in columns])
    for row in zip(*columns.values(), strict=True):
        writer.writerow([cell_of(_text(value)) for value in row])
    return out.getvalue()


def _text(value: Any) -> str:
    if value is None:
        return ""
    return f"{value:.10g}" if isinstance(value, float) else str(value)


def jsonl_text(columns: SweepColumns) -> str:
    rows = zip(*columns.values(), strict=True)
    return "".join(
        json.dumps(dict(zip(columns, row, strict=True)), allow_nan=False, default=str) + "\n" for row in rows
    )


def _arrow() -> Any:
    try:
        return import_module("pyarrow")
    except ModuleNotFoundError as error:
        if error.name != "pyarrow":
            raise
        raise InputError(MISSING) from None


def _parquet(columns: SweepColumns, target: Path) -> None:
    """Columns of mixed types are text."""
    arrow, parquet = _arrow(), import_module("pyarrow.parquet")
    table = arrow.table({name: _typed(values) for name, values in columns.items()})
    with replacing_bytes(target) as out:
        parquet.write_table(table, out)


def _typed(values: list[Any]) -> list[Any]:
    kinds = {type(value) for value in values if value is not None}
    if kinds <= {int, float} or len(kinds) <= 1:
        return [float(v) if kinds == {int, float} and v is not None else v for v in values]
    return [None if v is None else str(v) for v in values]
