"""Text and tables around figures."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence

WIDTH = 120


def paragraph(text: str) -> str:
    """Text in lines of at most `WIDTH` characters, broken at spaces only."""
    return textwrap.fill(" ".join(text.split()), WIDTH, break_on_hyphens=False, break_long_words=False)


def table(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A Markdown table."""
    lines = [f"| {' | '.join(columns)} |", "|" + "---|" * len(columns)]
    return "\n".join([*lines, *(f"| {' | '.join(row)} |" for row in rows)])


def usd(value: float) -> str:
    """Dollars to the cent below 100, else in whole dollars, in thousands separated by commas.

    >>> usd(13.744), usd(152499.6), usd(0.00213)
    ('$13.74', '$152,500', '$0.0021')
    """
    if 0.0 < value < 0.1:
        return f"${value:.2g}"
    return f"${value:,.2f}" if value < 100.0 else f"${value:,.0f}"


def volume(tokens: float) -> str:
    """A number of tokens in words.

    >>> volume(107_644_288), volume(1.13e9)
    ('108 million', '1.13 billion')
    """
    unit, name = (1e9, "billion") if tokens >= 1e9 else (1e6, "million")
    return f"{tokens / unit:.3g} {name}"


def listed(parts: Sequence[str], last: str = "and") -> str:
    """Parts in a sentence.

    >>> listed(["a", "b", "c"])
    'a, b and c'
    """
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} {last} {parts[-1]}"
