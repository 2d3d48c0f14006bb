"""Titled tables and cards: every answer is a list of them, and the renderers know nothing else."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import field, replace
from math import isfinite, isnan

from planner.frozen import dataclass
from planner.words import inert, plain

Cell = str | int | float | None
# Instead of a time that waits without end would make.
ENDLESS = "without end"


@dataclass(frozen=True)
class Table:
    """A titled table; `notes` follow it as lines; `money`: columns in USD whose names do not say so.

    shown: the columns that a terminal shows, where not all; CSV and Markdown have all of them. listed: what the rows
    are, in the singular, where they are a list of which the first ones suffice. spare: shown columns that may be left
    out where the width is too small for all, the first of them first. legend: what columns mean, said where
    they are shown. more: how many rows were left out. shared: the column each of whose values has its first rows where
    a list is cut.
    """

    title: str
    columns: Sequence[str]
    rows: Sequence[Sequence[Cell]]
    notes: Sequence[str] = field(default_factory=tuple)
    money: Sequence[str] = ()
    shown: Sequence[str] = ()
    listed: str = ""
    spare: Sequence[str] = ()
    legend: Sequence[tuple[str, str]] = ()
    more: str = ""
    shared: str = ""

    @property
    def texts(self) -> list[str]:
        """What follows the rows: how many more there are, what columns mean, and the notes."""
        known = [f"{name}: {text}" for name, text in self.legend if name in self.columns]
        return [*([self.more] if self.more else []), *(["; ".join(known)] if known else []), *self.notes]

    def first(self, rows: int) -> Table:
        """A list cut after so many rows (0: whole), and how many follow."""
        more = len(self.rows) - rows
        if not self.listed or not rows or more <= 0:
            return self
        noun = self.listed if more == 1 else f"{self.listed}s"
        return replace(self, rows=self._of_each(rows), more=f"and {more:,} more {noun} (--limit 0: all)")

    def _of_each(self, most: int) -> list[Sequence[Cell]]:
        """The first rows of each value of the shared column in turn, so many together and in their order."""
        if not self.shared:
            return list(self.rows[:most])
        at = self.columns.index(self.shared)
        before: dict[Cell, int] = {}
        turns = []
        for i, row in enumerate(self.rows):
            before[row[at]] = before.get(row[at], 0) + 1
            turns.append((before[row[at]], i))
        return [self.rows[i] for i in sorted(i for _, i in sorted(turns)[:most])]

    def narrowed(self) -> Table:
        """The columns that a terminal shows."""
        return replace(self.of(self.shown), shown=()) if self.shown else self

    def of(self, columns: Sequence[str]) -> Table:
        """The same with these columns only."""
        kept = [self.columns.index(name) for name in columns]
        return replace(self, columns=columns, rows=[[row[i] for i in kept] for row in self.rows])


@dataclass(frozen=True)
class Overview:
    """What an answer comes to, to be read at a glance: named lines, then small tables without notes."""

    title: str
    lines: Sequence[tuple[str, str]]
    tables: Sequence[Table] = ()


Block = Table | Overview


def figure(value: float, digits: int) -> Cell:
    """A rounded figure, a dash where there is none (NaN), words where it has no end.

    >>> figure(0.123456, 3), figure(float("nan"), 3), figure(float("inf"), 3)
    (0.123, '-', 'without end')
    """
    return round(value, digits) if isfinite(value) else _without(value)


def written(value: float, form: str) -> str:
    """A figure in a text, a dash where there is none (NaN), words where it has no end."""
    return format(value, form) if isfinite(value) else _without(value)


def _without(value: float) -> str:
    return "-" if isnan(value) else ENDLESS


def show(cell: Cell) -> str:
    """A cell as text on one line, without characters that steer a terminal; numbers below 1e15 without an exponent.

    >>> show(2542620.4), show(0.00001234567), show(2.0), show(1e15)
    ('2542620', '0.0000123457', '2', '1e+15')
    """
    if cell is None:
        return ""
    return plain(cell) if isinstance(cell, float) else inert(str(cell))
