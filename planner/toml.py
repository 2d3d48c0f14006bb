"""TOML and JSON of users: what would take long to read, and numbers that nothing can hold, are refused."""

from __future__ import annotations

import json
import re
from typing import Any

# Brackets inside brackets, and parts of one dotted key: a reader's work grows with their square.
MOST_NESTED = 32
# Digits of a whole number; a float holds no more than that.
MOST_DIGITS = 300
# Brackets and commas of a text of JSON: memory of what it holds grows with them, whatever they stand between.
MOST_BRACKETS, MOST_COMMAS = 2_000_000, 8_000_000
TOO_LONG = f"a number of more than {MOST_DIGITS} digits"
# Comments and strings, closed or not; then what opens, closes, joins and ends keys. No part backtracks.
TOKENS = re.compile(
    r"""
    \#[^\n]*+
    | \"{3} [^"\\]*+ (?: (?: \\. | "(?!"") ) [^"\\]*+ )*+ (?: "{3,5} )?
    | '{3} [^']*+ (?: '(?!'') [^']*+ )*+ (?: '{3,5} )?
    | " [^"\\\n]*+ (?: \\. [^"\\\n]*+ )*+ "?
    | ' [^'\n]*+ '?
    | [\[\]{}.=,\n]
    """,
    re.VERBOSE | re.DOTALL,
)


def toml_of(text: str) -> dict[str, Any]:
    """The decoded text; raises ValueError with the line where it is no TOML, or nested deeper than MOST_NESTED.

    >>> toml_of("a.b = [1, 2]")
    {'a': {'b': [1, 2]}}
    """
    line = too_deep(text)
    if line:
        raise ValueError(f"nested deeper than {MOST_NESTED} levels at line {line}")
    import tomllib

    try:
        found = tomllib.loads(text.removeprefix("\ufeff"))
    except RecursionError as error:
        raise ValueError("nested too deep") from error
    except ValueError as error:
        raise ValueError(TOO_LONG if "digits" in str(error) else str(error)) from error
    _check(found)
    return found


def json_of(text: str) -> Any:
    """The decoded text; NaN and infinities are None. Raises ValueError in one line."""
    check_size(text)
    try:
        return json.loads(text, parse_constant=lambda name: None, parse_int=whole_of)
    except RecursionError as error:
        raise ValueError("nested too deep") from error


def check_size(text: str) -> None:
    """Raise ValueError for a text of JSON whose values would take more memory than a program has to spare."""
    if text.count("{") + text.count("[") > MOST_BRACKETS:
        raise ValueError(f"more than {MOST_BRACKETS:,} lists and objects")
    if text.count(",") > MOST_COMMAS:
        raise ValueError(f"more than {MOST_COMMAS:,} values")


def whole_of(digits: str) -> int:
    """A whole number of JSON; raises ValueError for more than MOST_DIGITS digits."""
    if len(digits) > MOST_DIGITS:
        raise ValueError(TOO_LONG)
    return int(digits)


def _check(value: object) -> None:
    """Raise ValueError for a whole number of more than MOST_DIGITS digits, and for a text that steers a terminal.

    `value` is no deeper than MOST_NESTED.
    """
    if isinstance(value, int) and abs(value) >= 10**MOST_DIGITS:
        raise ValueError(TOO_LONG)
    if isinstance(value, str) and not (value.isprintable() or all(c.isprintable() or c.isspace() for c in value)):
        raise ValueError(f"{value[:40]!r} has characters that cannot be printed")
    parts = (*value, *value.values()) if isinstance(value, dict) else value if isinstance(value, list) else ()
    for part in parts:
        _check(part)


def too_deep(text: str) -> int:
    """The line that has more than MOST_NESTED open brackets or joined parts of a key; 0 where none has."""
    depth = parts = 0
    for token in TOKENS.finditer(text):
        kind = token.group()
        if kind in ("[", "{"):
            depth, parts = depth + 1, 0
        elif kind in ("]", "}"):
            depth, parts = max(0, depth - 1), 0
        elif kind == ".":
            parts += 1
        elif kind in ("=", ",", "\n"):
            parts = 0
        if depth > MOST_NESTED or parts >= MOST_NESTED:
            return text.count("\n", 0, token.start()) + 1
    return 0


def tables_of(text: str, name: str) -> list[object]:
    """The [[name]] tables of a file that holds nothing else; raises ValueError where it holds others or none."""
    try:
        data = toml_of(text)
    except ValueError as error:
        raise ValueError(f"not valid TOML ({error})") from error
    other = next((key for key in data if key != name), None)
    if other is not None:
        raise ValueError(f"{other[:60]!r} is not known (nearest: {name}, in [[{name}]] tables)")
    tables = data.get(name)
    if not isinstance(tables, list) or not tables:
        raise ValueError(f"expected [[{name}]] tables")
    return tables
