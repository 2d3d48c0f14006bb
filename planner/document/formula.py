"""Formulas of figures: written once in the keys of other figures, for the page and for spreadsheets."""

from __future__ import annotations

import re
from collections.abc import Callable

# A key begins with a small letter, a function is in capitals.
NAME = re.compile(r"\b[a-z][a-z0-9_]*(?:\.[a-z0-9_]+)*")
# What the key of a column begins with where the row above is meant.
PREVIOUS = "prev."


def names(formula: str) -> list[str]:
    """The keys in a formula, each once.

    >>> names("ROUND(rent.machines * rent.usd_per_hour, 2) + prev.total")
    ['rent.machines', 'rent.usd_per_hour', 'prev.total']
    """
    return list(dict.fromkeys(NAME.findall(formula)))


def in_cells(formula: str, cell_of: Callable[[str], str]) -> str:
    """The formula with the cell of each key in its place.

    >>> in_cells("MAX(a.b, 2) * c", {"a.b": "B2", "c": "B3"}.__getitem__)
    'MAX(B2, 2) * B3'
    """
    return NAME.sub(lambda found: cell_of(found.group(0)), formula)


def key_of(text: str) -> str:
    """A name as a part of a key: small letters, digits and low lines.

    >>> key_of("1y reserved"), key_of("=HYPERLINK(1)"), key_of("|")
    ('w1y_reserved', 'hyperlink_1', 'w')
    """
    plain = re.sub(r"[^a-z0-9]+", "_", text.lower()).strip("_")
    return plain if plain[:1].isalpha() else f"w{plain}"
