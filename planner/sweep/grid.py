"""Scenarios: what changes from one to the next, by dotted keys of a workload (`traffic.rate_per_s`)."""

from __future__ import annotations

import itertools
import json
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from planner.errors import InputError
from planner.files import bounded_text, table_in
from planner.request.reading import merge
from planner.toml import json_of

MOST_SCENARIOS, MAX_BYTES = 1_000_000, 2**26
STEPS = re.compile(r"(?P<low>[^:]+):(?P<high>[^:]+):(?P<kind>log|lin)(?P<count>\d{1,7})")
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
    steps = STEPS.fullmatch(values.strip())
    if steps:
        return key, _stepped(steps, text)
    return key, [value_of(part.strip(), key) for part in values.split(",")]


def _stepped(steps: re.Match[str], text: str) -> list[Any]:
    try:
        low, high, count = float(steps["low"]), float(steps["high"]), int(steps["count"])
    except ValueError:
        raise InputError(f"--over: {text[:60]!r} has no numbers around its colons") from None
    if not 1 <= count <= MOST_SCENARIOS or not np.isfinite([low, high]).all():
        raise InputError(f"--over: {text[:60]!r} asks for {count} values between {low:g} and {high:g}")
    if steps["kind"] == "log":
        if low <= 0.0 or high <= 0.0:
            raise InputError(f"--over: {text[:60]!r} needs numbers above zero")
        return [float(f"{v:.6g}") for v in np.geomspace(low, high, count)]
    return [float(f"{v:.6g}") for v in np.linspace(low, high, count)]


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


def grid(axes: Sequence[tuple[str, Sequence[Any]]]) -> list[dict[str, Any]]:
    """All combinations, the last axis fastest; raises InputError for a key named twice or too many of them."""
    keys = [key for key, _ in axes]
    twice = next((key for key in keys if keys.count(key) > 1), None)
    if twice:
        raise InputError(f"--over: {twice} is named twice")
    count = int(np.prod([float(len(values)) for _, values in axes]))
    if count > MOST_SCENARIOS:
        raise InputError(f"--over: {count:,} scenarios, at most {MOST_SCENARIOS:,}")
    return [dict(zip(keys, found, strict=True)) for found in itertools.product(*(values for _, values in axes))]


def scenarios_in(path: Path, keys: Mapping[str, str]) -> list[dict[str, Any]]:
    """The scenarios of a CSV (a column a key) or of JSON lines (nested tables or dotted keys); raises InputError."""
    text = bounded_text(path, MAX_BYTES)
    if text.lstrip().startswith("{"):
        found = [_line(line, i, path) for i, line in enumerate(text.splitlines(), 1) if line.strip()]
    else:
        _, rows = table_in(text, path)
        found = [_cells(row, keys) for row in rows]
    if not found:
        raise InputError(f"{path}: holds no scenario")
    if len(found) > MOST_SCENARIOS:
        raise InputError(f"{path}: {len(found):,} scenarios, at most {MOST_SCENARIOS:,}")
    return found


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
