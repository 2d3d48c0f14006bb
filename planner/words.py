"""Words of answers: numbers with their nouns, and texts of others without what steers a terminal."""

from __future__ import annotations

from collections.abc import Sequence
from math import floor, log10
from typing import Any

# Figures that `g` writes, and between what and its inverse an exponent is harder to read.
DIGITS, MOST_PLAIN = 6, 1e15


def counted(number: float, noun: str) -> str:
    """The number and its noun, in the plural unless there is one of it.

    >>> counted(1, "replica"), counted(12500, "KV token"), counted(0.5, "request")
    ('1 replica', '12,500 KV tokens', '0.5 requests')
    """
    text = f"{number:,}" if isinstance(number, int) else plain(number)
    return f"{text} {noun}{'' if number == 1 else 's'}"


def plain(value: float) -> str:
    """Six figures, and all of those before the point; without an exponent between 1e-15 and 1e15.

    >>> plain(2542620.4), plain(0.00001234567), plain(2.0), plain(1e15)
    ('2542620', '0.0000123457', '2', '1e+15')
    """
    text = f"{value:g}"
    if "e" not in text or not 1.0 / MOST_PLAIN < abs(value) < MOST_PLAIN:
        return text
    if abs(value) >= 1.0:
        return f"{value:.0f}"
    return f"{value:.{DIGITS - 1 - floor(log10(abs(value)))}f}".rstrip("0")


def inert(text: str) -> str:
    """A text on one line, without characters that steer a terminal or turn the order of letters.

    >>> inert("a\\x1b[2J\\tb\\u202ec")
    'a?[2J b?c'
    """
    return text if text.isprintable() else "".join(_printable(c) for c in text)


def _printable(letter: str) -> str:
    if letter.isprintable():
        return letter
    return " " if letter.isspace() else "?"


# What begins a formula in a spreadsheet, in wide letters, too.
FORMULA = ("=", "+", "-", "@", "\uff1d", "\uff0b", "\uff0d", "\uff20")


def cell_of(text: str) -> str:
    """A text as a cell of a CSV file: a spreadsheet takes it for no formula, and a terminal for no command.

    >>> cell_of("=cmd()"), cell_of("-1.5"), cell_of("-"), cell_of("a\\x1bb")
    ("'=cmd()", '-1.5', '-', 'a?b')
    """
    plain = inert(text)
    return f"'{plain}" if text.lstrip().startswith(FORMULA) and not _harmless(plain) else plain


def _harmless(text: str) -> bool:
    """A number, or a dash where there is none."""
    try:
        return text == "-" or float(text) is not None
    except ValueError:
        return False


def first(texts: Sequence[str], most: int, mark: str = ", ") -> str:
    """The first of many texts as one, and how many more there are.

    >>> first(["a", "b"], 2), first(["a", "b", "c"], 1, "; ")
    ('a, b', 'a; and 2 more')
    """
    more = len(texts) - most
    return mark.join([*texts[:most], *([f"and {more:,} more"] if more > 0 else [])])


def compact(value: Any) -> str:
    """A list or table of a record in words, without what is not there.

    >>> compact([{"count": 2, "ffns": [{"kind": "dense", "gated": True, "bias": False}]}, {"count": 1}])
    'count 2, ffns (kind dense, gated); count 1'
    """
    if isinstance(value, list):
        return "; ".join(map(compact, value))
    if isinstance(value, dict):
        return ", ".join(_named(name, item) for name, item in value.items() if item)
    return str(value)


def _named(name: str, value: Any) -> str:
    if isinstance(value, list | dict):
        return f"{name} ({compact(value)})"
    return name if value is True else f"{name} {value}"
