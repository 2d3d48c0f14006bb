"""Request traces: Azure 2023 CSV [Patel 2024], BurstGPT CSV [Wang 2024], Mooncake JSONL with prefix hashes [Qin 2025],
and a plain CSV of the user.

A reader streams the file, keeps columns of numbers, and accounts for every row: rows read = rows kept + rows named.
"""

from __future__ import annotations

import csv
import math
from array import array
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import field
from datetime import datetime
from io import TextIOWrapper
from itertools import islice
from pathlib import Path
from typing import Any, TextIO

import numpy as np

from planner.errors import InputError, closest, unreadable
from planner.files import opened
from planner.formulas.types import Array
from planner.frozen import dataclass
from planner.progress import Progress
from planner.toml import json_of

MAX_ROWS = 2_000_000
# Rows after which a reader is told how far it is.
TOLD_EVERY = 20_000
MAX_LINE = 1_000_000
MAX_TOKENS = 10_000_000
MAX_HASHES = 100_000
MAX_ALL_HASHES = 10_000_000
TraceRow = tuple[float, float, float, list[int]]


@dataclass(frozen=True)
class Trace:
    """N requests in order of arrival; `hashes` holds prefix block ids, a row from `starts[i]` to `starts[i + 1]`."""

    arrival_s: Array
    input_tokens: Array
    output_tokens: Array
    hashes: Array
    starts: Array
    block_tokens: float = 512.0
    named: Mapping[str, int] = field(default_factory=dict)
    rows: int = 0

    def __len__(self) -> int:
        return len(self.arrival_s)

    @property
    def has_prefixes(self) -> bool:
        return len(self.hashes) > 0

    @property
    def seconds(self) -> float:
        return float(self.arrival_s[-1] - self.arrival_s[0]) if len(self) > 1 else 0.0


class _SkippedError(Exception):
    """A row that is no request, with the name it is counted under."""


def _number(row: Mapping[str, Any], column: str) -> float:
    text = row.get(column)
    if text is None or text == "":
        raise ValueError(f"{column} is missing")
    try:
        value = float(text)
    except (TypeError, ValueError, OverflowError) as error:
        raise ValueError(f"{column} is not a number: {str(text)[:40]!r}") from error
    if not math.isfinite(value):
        raise ValueError(f"{column} is not finite")
    return value


def _tokens(row: Mapping[str, Any], column: str) -> float:
    value = _number(row, column)
    if not 0 <= value <= MAX_TOKENS:
        raise ValueError(f"{column} is {value:g}, outside 0 to {MAX_TOKENS}")
    if value == 0:
        raise _SkippedError(f"{column} is zero")
    return value


def _azure(row: Mapping[str, Any]) -> TraceRow:
    stamp = str(row.get("TIMESTAMP") or "")[:26]
    try:
        when = datetime.fromisoformat(stamp.rstrip("Z")).replace(tzinfo=None)
    except ValueError as error:
        raise ValueError(f"TIMESTAMP is not a time: {stamp[:40]!r}") from error
    seconds = (when - datetime(2020, 1, 1)).total_seconds()
    return seconds, _tokens(row, "ContextTokens"), _tokens(row, "GeneratedTokens"), []


def _burstgpt(row: Mapping[str, Any]) -> TraceRow:
    return _number(row, "Timestamp"), _tokens(row, "Request tokens"), _tokens(row, "Response tokens"), []


def _own(row: Mapping[str, Any]) -> TraceRow:
    return _number(row, "arrival_s"), _tokens(row, "input_tokens"), _tokens(row, "output_tokens"), []


def _mooncake(row: Mapping[str, Any]) -> TraceRow:
    ids = row.get("hash_ids") or []
    if not isinstance(ids, list) or len(ids) > MAX_HASHES or any(type(i) is not int or abs(i) >= 2**62 for i in ids):
        raise ValueError("hash_ids is not a list of whole numbers")
    return _number(row, "timestamp") / 1e3, _tokens(row, "input_length"), _tokens(row, "output_length"), ids


CSV_FORMATS: dict[str, tuple[tuple[str, ...], Callable[[Mapping[str, Any]], TraceRow]]] = {
    "azure": (("TIMESTAMP", "ContextTokens", "GeneratedTokens"), _azure),
    "burstgpt": (("Timestamp", "Request tokens", "Response tokens"), _burstgpt),
    "own": (("arrival_s", "input_tokens", "output_tokens"), _own),
}


def read_trace(
    path: Path, *, limit: int | None = None, skip_bad: bool = False, progress: Progress | None = None
) -> Trace:
    """The requests of a file of at most MAX_ROWS rows, its format told from its head; raises InputError with the row
    that is wrong.

    limit: read the first rows only; progress: called with (rows read, most that are read). skip_bad: count rows that
    cannot be read instead of refusing the file. Requests without input or output tokens are counted by name, rows out
    of order are sorted and counted.
    """
    try:
        with TextIOWrapper(opened(path), encoding="utf-8-sig", newline="") as handle:
            return _read(path, handle, limit, skip_bad, progress)
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(unreadable(path, error)) from error


def _lines(path: Path, handle: TextIO) -> Iterator[str]:
    while line := handle.readline(MAX_LINE):
        if len(line) == MAX_LINE:
            raise InputError(f"{path}: a line of more than {MAX_LINE} characters")
        yield line


def _rows(path: Path, handle: TextIO) -> tuple[Iterator[Any], Callable[[Any], TraceRow]]:
    lines = _lines(path, handle)
    head = next(lines, "")
    if head.lstrip().startswith("{"):
        return _chain(head, lines), lambda line: _mooncake(_object(line))
    reader = csv.DictReader(_chain(head, lines))
    names = reader.fieldnames or ()
    for columns, parse in CSV_FORMATS.values():
        if set(columns) <= set(names):
            return iter(reader), parse
    wanted = "; ".join(",".join(columns) for columns, _ in CSV_FORMATS.values())
    if not names:
        raise InputError(f"{path}: empty")
    columns, _ = max(CSV_FORMATS.values(), key=lambda known: len(set(known[0]) & set(names)))
    missing = [name for name in columns if name not in names]
    near = ", ".join(closest(missing[0], names))[:80]
    raise InputError(
        f"{path}: not a trace: needs columns {wanted}, or JSON lines; {missing[0]} is missing (nearest: {near})"
    )


def _chain(head: str, rest: Iterator[str]) -> Iterator[str]:
    if head:
        yield head
    yield from rest


def _object(line: str) -> Mapping[str, Any]:
    try:
        found = json_of(line)
    except ValueError as error:
        raise ValueError("not a JSON object") from error
    if not isinstance(found, dict):
        raise ValueError("not a JSON object")
    return found


def _told(rows: Iterator[Any], limit: int | None, progress: Progress | None) -> Iterator[Any]:
    """The first rows, told of now and then."""
    most = MAX_ROWS if limit is None else min(limit, MAX_ROWS)
    for count, row in enumerate(islice(rows, limit)):
        if progress is not None and count % TOLD_EVERY == 0:
            progress(min(count, most), most)
        yield row


def _read(path: Path, handle: TextIO, limit: int | None, skip_bad: bool, progress: Progress | None = None) -> Trace:
    try:
        rows, parse = _rows(path, handle)
    except csv.Error as error:
        raise InputError(f"{path}: row 0: {error}") from error
    columns = [array("d") for _ in range(3)]
    hashes, starts = array("q"), array("q", [0])
    named: Counter[str] = Counter()
    count = 0
    try:
        for row in _told(rows, limit, progress):
            count += 1
            if count > MAX_ROWS:
                raise InputError(f"{path}: more than {MAX_ROWS:,} rows; choose how many with --limit")
            try:
                *values, ids = parse(row)
            except _SkippedError as skip:
                named[str(skip)] += 1
                continue
            except ValueError as error:
                if not skip_bad:
                    raise InputError(f"{path}: row {count}: {error} (--skip-bad counts such rows instead)") from error
                named[f"unreadable: {str(error).split(':')[0]}"] += 1
                continue
            for column, value in zip(columns, values, strict=True):
                column.append(value)
            hashes.extend(ids)
            if len(hashes) > MAX_ALL_HASHES:
                raise InputError(f"{path}: more than {MAX_ALL_HASHES:,} hash_ids; choose how many rows with --limit")
            starts.append(len(hashes))
    except csv.Error as error:
        raise InputError(f"{path}: row {count + 1}: {error}") from error
    if not columns[0]:
        named_text = "".join(f"; {n} rows: {why}" for why, n in named.items())
        raise InputError(f"{path}: no requests{named_text}")
    return _trace(columns, hashes, starts, named, count)


def _trace(
    columns: list[array[float]], hashes: array[int], starts: array[int], named: Counter[str], rows: int
) -> Trace:
    arrival, isl, osl = (np.array(column, dtype=float) for column in columns)
    ids, begin = np.array(hashes, dtype=np.int64), np.array(starts, dtype=np.int64)
    late = int((np.diff(arrival) < 0).sum())
    if late:
        order = np.argsort(arrival, kind="stable")
        arrival, isl, osl = arrival[order], isl[order], osl[order]
        parts = [ids[begin[i] : begin[i + 1]] for i in order] if len(ids) else []
        ids = np.concatenate(parts) if parts else ids
        begin = np.concatenate([[0], np.cumsum(np.diff(begin)[order])])
        named["out of order, sorted"] = late
    return Trace(arrival - arrival[0], isl, osl, ids, begin, named=dict(named), rows=rows)
