"""TOML of users, refused by a linear scan where its nesting would take long to read."""

from __future__ import annotations

import re
import tomllib
from typing import Any

# Brackets inside brackets, and parts of one dotted key: a reader's work grows with their square.
MOST_NESTED = 32
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
    text = text.removeprefix("\ufeff")
    line = too_deep(text)
    if line:
        raise ValueError(f"nested deeper than {MOST_NESTED} levels at line {line}")
    try:
        return tomllib.loads(text)
    except RecursionError as error:
        raise ValueError("nested too deep") from error


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
