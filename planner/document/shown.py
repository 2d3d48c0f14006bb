"""How a figure is written on a page: the same text in every format, in every locale."""

from __future__ import annotations

from math import floor, isfinite, log10

from planner.document.record import Cell
from planner.words import inert

# Where there is no figure.
NONE = "\u2013"
# What stands behind a number, by unit; other units stand there as they are.
AFTER = {"USD": "", "USD/hour": " an hour", "share": " %", "": "", "text": "", "date": "", "factor": " x"}
SHARE = 100.0
# Dollars below this have more than cents.
CENTS = 1.0


def text_of(value: Cell, unit: str) -> str:
    """A value with its unit.

    >>> text_of(6114.92, "USD/month"), text_of(0.4947575, "share"), text_of(None, "s") == NONE
    ('$6,114.92 a month', '49.5 %', True)
    >>> text_of(28738454400.0, "tokens/month"), text_of(0.04939, "USD/million tokens"), text_of(-3.5, "USD")
    ('28,738,454,400 tokens/month', '$0.04939 a million tokens', '-$3.50')
    """
    bare = cell_text(value, unit)
    if value is None or isinstance(value, str):
        return bare
    usual = f" a {unit.removeprefix('USD/').replace('/', ' a ')}" if unit.startswith("USD/") else f" {unit}"
    return f"{bare}{AFTER.get(unit, usual)}"


def cell_text(value: Cell, unit: str) -> str:
    """The same without the unit, which the head of the column has.

    >>> cell_text(0.25, "share"), cell_text(1155, "tokens"), cell_text("a\\x1bb", "text"), cell_text(12.0, "USD")
    ('25.0', '1,155', 'a?b', '$12.00')
    """
    if value is None:
        return NONE
    if isinstance(value, str):
        return inert(value)
    if isinstance(value, float) and not isfinite(value):
        return NONE
    if unit.startswith("USD"):
        return _dollars(value)
    if unit == "share":
        return f"{SHARE * value:,.1f}"
    return number(value)


def unit_text(unit: str) -> str:
    """The unit in the head of a column.

    >>> unit_text("share"), unit_text("USD/month"), unit_text("text")
    ('%', 'USD/month', '')
    """
    return {"share": "%", "text": "", "date": ""}.get(unit, unit)


def number(value: float) -> str:
    """Three figures, and all of those before the point; fewer where they say it all.

    >>> number(2), number(730.5), number(0.0324802), number(1234.56), number(0), number(1e-7), number(0.05)
    ('2', '730.5', '0.0325', '1,235', '0', '1e-07', '0.05')
    """
    if isinstance(value, int) or (float(value).is_integer() and abs(value) < 1e15):
        return f"{int(value):,}"
    size = abs(value)
    if size < 1e-4:
        return f"{value:.3g}"
    if size >= 1000:
        return f"{value:,.0f}"
    if size >= 100:
        return f"{value:,.1f}"
    if float(f"{value:.2g}") == value:
        return f"{value:g}"
    return f"{value:.{max(0, 2 - floor(log10(size)))}f}"


def _dollars(value: float) -> str:
    """Cents; four figures of less than a dollar.

    >>> _dollars(0.3), _dollars(0.21277), _dollars(0.0494), _dollars(-12.345)
    ('$0.30', '$0.2128', '$0.0494', '-$12.35')
    """
    sign, size = ("-" if value < 0 else ""), abs(value)
    if not 0 < size < CENTS:
        return f"{sign}${size:,.2f}"
    text = f"{size:.4g}"
    return f"{sign}${text if len(text) > 3 else f'{size:.2f}'}"
