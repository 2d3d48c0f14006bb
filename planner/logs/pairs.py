"""Settings as Python prints them: `key=value, ...` of a record, or a dictionary."""

from __future__ import annotations

import math
import re

from planner.logs.text import quoted

MOST_LETTERS, MOST_PAIRS = 60_000, 1000
OPEN, CLOSE, QUOTES = "([{<", ")]}>", "'\""
MARK = re.compile(r"[(\[{<)\]}>'\",]")
# What ends a text in quotes, and what is left out before.
ENDS = {quote: re.compile(rf"(?:[^{quote}\\]|\\.)*+{quote}", re.DOTALL) for quote in QUOTES}
KEY = re.compile(r"\s*['\"]?([A-Za-z_][\w.]{0,80})['\"]?\s*[=:]\s*(.*)", re.DOTALL)
NUMBER = re.compile(r"-?[0-9][0-9_,]*(\.[0-9]+)?(e[+-]?[0-9]+)?$", re.IGNORECASE)


def pairs(text: str) -> dict[str, str]:
    """Keys and values of the first record or dictionary in a text; what is cut off in the middle is left out.

    >>> pairs("model='a, b', spec=Config(method='mtp', n=3), eager=False)")
    {'model': 'a, b', 'spec': "Config(method='mtp', n=3)", 'eager': 'False'}
    >>> pairs("'tp': 2, 'draft': {'n': 3}} and more")
    {'tp': '2', 'draft': "{'n': 3}"}
    """
    found: dict[str, str] = {}
    for part in _parts(text[:MOST_LETTERS]):
        match = KEY.match(part)
        if match and len(found) < MOST_PAIRS:
            found[match.group(1)] = _bare(match.group(2).strip())
    return found


def _parts(text: str) -> list[str]:
    """The text between commas of the outermost level, to the bracket that ends it."""
    parts: list[str] = []
    depth, start, at = 0, 0, 0
    while mark := MARK.search(text, at):
        letter, at = mark.group(), mark.start()
        if letter in QUOTES:
            end = ENDS[letter].match(text, at + 1)
            if end is None:
                return parts
            at = end.end() - 1
        elif letter in OPEN:
            depth += 1
        elif letter in CLOSE:
            if depth == 0:
                return [*parts, text[start:at]]
            depth -= 1
        elif letter == "," and depth == 0:
            parts.append(text[start:at])
            start = at + 1
        at += 1
    return parts if depth else [*parts, text[start:]]


def _bare(value: str) -> str:
    """A value without its quotes."""
    whole = len(value) > 1 and value[0] in QUOTES and value[-1] == value[0]
    return value[1:-1] if whole else value


def stated(value: str | None) -> str | None:
    """A value that says something; None for an absent one and for `None`."""
    return None if value is None or value in ("None", "null", "") else quoted(value)


def number(value: str | None) -> float | None:
    """A finite number, commas between thousands allowed; None for anything else.

    >>> number("65,535"), number("9" * 400), number("auto")
    (65535.0, None, None)
    """
    text = (value or "").strip()
    if len(text) > 40 or NUMBER.match(text) is None:
        return None
    found = float(text.replace(",", "").replace("_", ""))
    return found if math.isfinite(found) else None


def count(value: str | None, most: int = 10**12) -> int | None:
    """A whole number from 0; None for anything else."""
    found = number(value)
    return int(found) if found is not None and found == int(found) and 0 <= found <= most else None


def truth(value: str | None) -> bool | None:
    """True or false; None for anything else."""
    return {"true": True, "false": False}.get((value or "").strip().lower())
