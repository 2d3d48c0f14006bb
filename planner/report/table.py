"""A titled table: every answer is a list of them, and the renderers know nothing else."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from math import isnan

from planner.words import inert

Cell = str | int | float | None


@dataclass(frozen=True)
class Table:
    """A titled table; `notes` follow it as lines; `money`: columns in USD whose names do not say so."""

    title: str
    columns: Sequence[str]
    rows: Sequence[Sequence[Cell]]
    notes: Sequence[str] = field(default_factory=tuple)
    money: Sequence[str] = ()


def figure(value: float, digits: int) -> Cell:
    """A rounded figure, or a dash where there is none (NaN)."""
    return "-" if isnan(value) else round(value, digits)


def written(value: float, form: str) -> str:
    """A figure in a text, or a dash where there is none (NaN)."""
    return "-" if isnan(value) else format(value, form)


def show(cell: Cell) -> str:
    """A cell as text on one line, without characters that steer a terminal."""
    if cell is None:
        return ""
    return f"{cell:g}" if isinstance(cell, float) else inert(str(cell))
