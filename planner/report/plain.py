"""Rows of ASCII text as lines of columns, as Rich sets them. Loading Rich and printing with it takes 40 ms, a tenth of
a short command; other letters, and words that must be broken, are left to it."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import zip_longest
from textwrap import wrap

GAP = 2


def lines_of(rows: Sequence[Sequence[str]], widths: Sequence[int], right: Sequence[bool]) -> list[str] | None:
    """The rows, each cell in lines of its column's width, and GAP between columns; None where a cell is not plain.

    >>> lines_of([["name", "n"], ["a b", "12"]], [4, 2], [False, True])
    ['name   n', 'a b   12']
    """
    found: list[str] = []
    for row in rows:
        cells = [folded(cell, width) for cell, width in zip(row, widths, strict=True)]
        for parts in zip_longest(*(cell or () for cell in cells), fillvalue=""):
            columns = zip(parts, widths, right, strict=True)
            found.append((" " * GAP).join(f"{part:{'>' if last else '<'}{width}}" for part, width, last in columns))
        if None in cells:
            return None
    return found


def folded(text: str, width: int) -> list[str] | None:
    """A text in lines of at most `width`, broken at its line ends and between words; None where it is not plain."""
    whole = text.split("\n")
    if not text.isascii() or not all(line.isprintable() and line == line.strip() for line in whole):
        return None
    if len(text) <= width and len(whole) == 1:
        return whole
    if max(map(len, text.split())) > width:
        return None
    return [part for line in whole for part in wrap(line, width, break_on_hyphens=False) or [""]]
