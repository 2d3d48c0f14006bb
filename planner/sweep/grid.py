"""Scenarios: what changes from one to the next, by dotted keys of a workload (`traffic.rate_per_s`)."""

from __future__ import annotations

import csv
import io
import itertools
import json
import math
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, get_args

import numpy as np
from pydantic import BaseModel

from planner.errors import InputError, closest
from planner.files import bounded_text, numbered_lines, table_in
from planner.request.reading import merge
from planner.request.request import Request
from planner.toml import json_of

MOST_SCENARIOS, MAX_BYTES = 1_000_000, 2**26
# Keys of a grid and of a file, and values: scenarios times keys.
MOST_AXES, MOST_KEYS, MOST_VALUES = 32, 200, 8_000_000
# Lines of a file, blank ones too: above that it is not read at all.
MOST_LINES = 2 * MOST_SCENARIOS
STEPS = re.compile(r"(?P<low>[^:]+):(?P<high>[^:]+):(?P<kind>log|lin)(?P<count>\d*)")
# Keys whose value is a list: one name of a sweep is a list of one, `A+B` of two.
LISTS = (
    "scope.gpus", "scope.providers", "scope.regions", "scope.engines", "scope.formats", "scope.kv_formats",
    "scope.offer_classes",
)  # fmt: skip
Scenario = Mapping[str, Any]


def axis(text: str, keys: Mapping[str, str]) -> tuple[str, list[Any]]:
    """The key and the values of `KEY=VALUES`: a list (`A,B`), or `LOW:HIGH:logN` and `LOW:HIGH:linN` for N numbers.

    keys: dotted keys by short names; raises InputError.

    >>> axis("rate=1:100:log3", {"rate": "traffic.rate_per_s"})
    ('traffic.rate_per_s', [1.0, 10.0, 100.0])
    """
    name, found, values = text.partition("=")
    if not found or not name.strip() or not values.strip():
        raise InputError(f"--over: expected KEY=VALUES, got {text[:60]!r}")
    key = keys.get(name.strip(), name.strip())
    must_be_known([key], keys, "--over")
    steps = STEPS.fullmatch(values.strip())
    made = _stepped(steps, text) if steps else [value_of(part.strip(), key) for part in values.split(",")]
    check({key: made}, f"--over: {text[:60]!r}")
    return key, made


def _stepped(steps: re.Match[str], text: str) -> list[Any]:
    try:
        low, high = float(steps["low"]), float(steps["high"])
    except ValueError:
        raise InputError(f"--over: {text[:60]!r} has no numbers around its colons") from None
    count = _count(steps)
    if not 1 <= count <= MOST_SCENARIOS or not np.isfinite([low, high]).all():
        raise InputError(f"--over: {text[:60]!r} asks for {count} values between {low:g} and {high:g}")
    if steps["kind"] == "log" and (low <= 0.0 or high <= 0.0):
        raise InputError(f"--over: {text[:60]!r} needs numbers above zero")
    with np.errstate(over="ignore", invalid="ignore"):  # a step that no number holds is refused with its values
        found = np.geomspace(low, high, count) if steps["kind"] == "log" else np.linspace(low, high, count)
    return [float(f"{v:.6g}") for v in found]


def _count(steps: re.Match[str]) -> int:
    """How many numbers are asked for; 0 where that is not stated, and the beginning of what is too long for any."""
    return int(f"0{steps['count'][:18]}")


def value_of(text: str, key: str) -> Any:
    """A number, true or false, a list where the key holds one, else the text.

    >>> value_of("fp8", "scope.kv_formats"), value_of("true", "a"), value_of("2", "a"), value_of("", "a")
    (['fp8'], True, 2.0, None)
    """
    if text == "":
        return None
    if key in LISTS:
        return [part.strip() for part in text.split("+")]
    if text in ("true", "false"):
        return text == "true"
    try:
        number = float(text)
    except ValueError:
        return text
    return number if np.isfinite(number) else text


def must_be_known(names: Iterable[str], keys: Mapping[str, str], where: str) -> None:
    """Raise InputError, which begins with `where`, for a dotted key that no workload has; keys: dotted ones by short
    names."""
    for name in names:
        near = _nearest(name, keys)
        if near is not None:
            raise InputError(f"{where}: {name[:60]!r} is no key of a workload (nearest: {', '.join(near)})")


def _nearest(name: str, keys: Mapping[str, str]) -> list[str] | None:
    """The keys of a workload that are near to one that none has; None where one may have it."""
    table: type[BaseModel] | None = Request
    before = ""
    for part in name.split("."):
        if table is None:
            return None  # within what holds any names, such as limits on latency: a scenario checks them
        if part not in table.model_fields:
            known = [f"{before}{key}" for key in table.model_fields]
            return closest(name, known if before else [*keys, *known])
        table, before = _table(table.model_fields[part].annotation), f"{before}{part}."
    return None


def _table(kind: Any) -> type[BaseModel] | None:
    """The record that an annotation holds."""
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        return kind
    return next((found for part in get_args(kind) if (found := _table(part)) is not None), None)


def size_of(text: str) -> int:
    """How many values `KEY=VALUES` has, without making them.

    >>> size_of("rate=1:100:log3"), size_of("gpu=H100,H200")
    (3, 2)
    """
    values = text.partition("=")[2]
    steps = STEPS.fullmatch(values.strip())
    return _count(steps) if steps else values.count(",") + 1


def grid_of(texts: Sequence[str], keys: Mapping[str, str]) -> list[dict[str, Any]]:
    """All combinations of these axes; raises InputError, before there is any value, where there are too many."""
    _check_count([max(1, size_of(text)) for text in texts])
    return grid([axis(text, keys) for text in texts])


def grid(axes: Sequence[tuple[str, Sequence[Any]]]) -> list[dict[str, Any]]:
    """All combinations, the last axis fastest; raises InputError for a key named twice or too many of them."""
    keys = [key for key, _ in axes]
    twice = next((key for key in keys if keys.count(key) > 1), None)
    if twice:
        raise InputError(f"--over: {twice} is named twice")
    _check_count([len(values) for _, values in axes])
    return [dict(zip(keys, found, strict=True)) for found in itertools.product(*(values for _, values in axes))]


def _check_count(sizes: Sequence[int]) -> None:
    """Raise InputError for more axes, scenarios or values than a sweep holds."""
    if len(sizes) > MOST_AXES:
        raise InputError(f"--over: {len(sizes):,} keys, at most {MOST_AXES}")
    count = math.prod(sizes)
    if count > MOST_SCENARIOS:
        told = f"{count:,}" if count < 10**15 else "more than 10^15"
        raise InputError(f"--over: {told} scenarios, at most {MOST_SCENARIOS:,}")
    if count * len(sizes) > MOST_VALUES:
        raise InputError(f"--over: {count:,} scenarios of {len(sizes)} keys, at most {MOST_VALUES:,} values in all")


def scenarios_in(path: Path, keys: Mapping[str, str]) -> list[dict[str, Any]]:
    """The scenarios of a CSV (a column a key) or of JSON lines (nested tables or dotted keys); raises InputError, for
    too many before all are held."""
    text = bounded_text(path, MAX_BYTES)
    if text.count("\n") > MOST_LINES:
        raise InputError(f"{path}: more than {MOST_LINES:,} lines")
    if len(text) > 2 * MOST_SCENARIOS and _rows_in(text) > MOST_SCENARIOS:
        raise InputError(f"{path}: more than {MOST_SCENARIOS:,} scenarios")
    found: list[dict[str, Any]] = []
    known: set[str] = set()
    for where, scenario in _read(text, path, keys):
        check(scenario, f"{path}: {where}")
        must_be_known([key for key in scenario if key not in known], keys, f"{path}: {where}")
        found.append(scenario)
        known.update(scenario)
        if len(known) > MOST_KEYS:
            raise InputError(f"{path}: {where}: more than {MOST_KEYS} different keys")
        if len(known) * len(found) > MOST_VALUES:
            raise InputError(f"{path}: {where}: scenarios times different keys are more than {MOST_VALUES:,}")
    if not found:
        raise InputError(f"{path}: holds no scenario")
    return found


def _rows_in(text: str) -> int:
    """How many scenarios a text has, told without reading any of them; as many as come before a line that is none."""
    if _is_json(text):
        return sum(1 for _ in numbered_lines(text))
    count = -1
    with suppress(csv.Error):
        for row in csv.reader(io.StringIO(text, newline="")):
            count += bool(row)
    return count


def _is_json(text: str) -> bool:
    return text[:1000].lstrip().startswith("{")


def _read(text: str, path: Path, keys: Mapping[str, str]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Each scenario of a text with its place."""
    if _is_json(text):
        for number, line in numbered_lines(text):
            yield f"line {number}", _line(line, number, path)
        return
    header, rows = table_in(text, path)
    named = [keys.get(name.strip(), name.strip()) for name in header]
    twice = next((name for name in named if name and named.count(name) > 1), None)
    if twice:
        raise InputError(f"{path}: {twice[:60]!r} is named by two columns")
    for number, row in enumerate(rows, 1):
        if None in row:
            raise InputError(f"{path}: row {number}: more cells than the header has columns")
        yield f"row {number}", _cells(row, keys)


def check(scenario: Scenario, where: str) -> None:
    """Raise InputError, which begins with `where`, for what no file of rows can hold: a number that is none, and text
    that is not Unicode."""
    try:
        json.dumps(scenario, allow_nan=False, ensure_ascii=False, default=str).encode()
    except UnicodeEncodeError as error:
        raise InputError(f"{where}: a part of it is not text (a lone surrogate)") from error
    except (ValueError, TypeError, RecursionError) as error:
        raise InputError(f"{where}: a value is no finite number, or nested too deep") from error


def _line(line: str, number: int, path: Path) -> dict[str, Any]:
    try:
        found = json_of(line)
    except ValueError as error:
        raise InputError(f"{path}: line {number}: not valid JSON ({error})") from error
    if not isinstance(found, dict):
        raise InputError(f"{path}: line {number}: expected an object")
    return flat(found)


def _cells(row: Mapping[str | None, str | None], keys: Mapping[str, str]) -> dict[str, Any]:
    named = {keys.get(name.strip(), name.strip()): (text or "").strip() for name, text in row.items() if name}
    return {key: value_of(text, key) for key, text in named.items() if text}


def flat(table: Mapping[str, Any], prefix: str = "") -> dict[str, Any]:
    """Nested tables as dotted keys.

    >>> flat({"traffic": {"rate_per_s": 2}, "model": "a/b"})
    {'traffic.rate_per_s': 2, 'model': 'a/b'}
    """
    out: dict[str, Any] = {}
    for key, value in table.items():
        name = f"{prefix}{key}"
        out |= flat(value, f"{name}.") if isinstance(value, Mapping) else {name: value}
    return out


def nested(scenario: Scenario) -> dict[str, Any]:
    """Dotted keys as nested tables; raises InputError where one key is a part of another."""
    out: dict[str, Any] = {}
    for key, value in scenario.items():
        whole = next((other for other in scenario if key.startswith(f"{other}.")), None)
        if whole is not None:
            raise InputError(f"{key}: is a part of {whole}, which is stated, too")
        table: Any = value
        for part in reversed(key.split(".")):
            table = {part: table}
        out = merge(out, table)
    return out


def name_of(scenario: Scenario) -> str:
    """A scenario in one line, the same for the same values."""
    return json.dumps(scenario, sort_keys=True, default=str)
