"""Error statistics and the files that `validate` reads and writes."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import isfinite
from pathlib import Path

import numpy as np

from planner.errors import InputError
from planner.files import table_of
from planner.words import cell_of
from planner.writing import replacing

Row = Mapping[str, str]
MAX_BYTES = 2**26


@dataclass(frozen=True)
class Errors:
    """Relative errors of one figure: predicted over measured, less one."""

    name: str
    values: tuple[float, ...]
    asked: int

    @property
    def row(self) -> list[str | int | float | None]:
        """Name, asked, answered, then median, mean and p90 of the absolute error, and the signed median."""
        if not self.values:
            return [self.name, self.asked, 0, None, None, None, None]
        size = np.abs(self.values)
        figures = (np.median(size), np.mean(size), np.quantile(size, 0.9), np.median(self.values))
        return [self.name, self.asked, len(self.values), *(round(float(f), 4) for f in figures)]


ERROR_COLUMNS = ("figure", "rows", "answered", "median", "mean", "p90", "bias")


def relative_errors(name: str, pairs: Iterable[tuple[float | None, float | None]]) -> Errors:
    """Errors of (predicted, measured) pairs; a pair without a prediction counts as asked."""
    kept, asked = [], 0
    for predicted, measured in pairs:
        if measured is None or measured == 0:
            continue
        asked += 1
        if predicted is not None:
            kept.append(predicted / measured - 1.0)
    return Errors(name, tuple(kept), asked)


def number(text: str | None) -> float | None:
    """A number that a text states, None where it states none that is finite."""
    try:
        value = float(text) if text and text.strip() else None
    except ValueError:
        return None
    return value if value is None or isfinite(value) else None


def cell(row: Mapping[str, str], key: str, *, most: float = 1e9) -> float | None:
    """A number of a row, None when the cell is empty; raises InputError with the column otherwise."""
    text = (row.get(key) or "").strip()
    if not text:
        return None
    try:
        value = float(text)
    except ValueError as error:
        raise InputError(f"{key}: {text[:40]!r} is not a number") from error
    if not 0 <= value <= most:
        raise InputError(f"{key}: {text[:40]!r} is out of range")
    return value


def read_rows(path: Path, needed: Sequence[str]) -> tuple[list[str], Iterator[dict[str, str]]]:
    """Header and rows of a CSV file; raises InputError, one line, when it is not what it should be."""
    header, rows = table_of(path, MAX_BYTES)
    missing = [name for name in needed if name not in header]
    if missing:
        raise InputError(f"{path}: column {missing[0]!r} is missing")
    return header, ({key: value or "" for key, value in row.items() if key is not None} for row in rows)


@dataclass(frozen=True)
class Predicted:
    """The rows of a file, and beside each the cells that predictions add under `columns`."""

    header: Sequence[str]
    columns: Sequence[str]
    rows: Sequence[Mapping[str, str]]
    added: Sequence[Mapping[str, str]]

    @property
    def pairs(self) -> Iterator[tuple[Mapping[str, str], Mapping[str, str]]]:
        return zip(self.rows, self.added, strict=True)


def predicted(
    source: Path,
    needed: Sequence[str],
    columns: Sequence[str],
    predict: Callable[[Sequence[Mapping[str, str]]], Iterable[Mapping[str, str]]],
) -> Predicted:
    """The rows of `source`, which must have the columns `needed`, predicted."""
    header, lines = read_rows(source, needed)
    rows = list(lines)
    return Predicted(header, columns, rows, list(predict(rows)))


def write_predictions(found: Predicted, target: Path) -> tuple[int, int]:
    """The same rows in the same order with columns added; (rows, rows with an error). Written in one step."""
    kept = [name for name in found.header if name not in found.columns]
    with replacing(target) as out:
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow([cell_of(name) for name in (*kept, *found.columns)])
        for row, added in found.pairs:
            cells = (*(row.get(key, "") for key in kept), *(added[key] for key in found.columns))
            writer.writerow([cell_of(text) for text in cells])
    return len(found.rows), sum(bool(added["error"]) for added in found.added)
