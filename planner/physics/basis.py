"""What a figure rests on."""

from __future__ import annotations

from typing import Annotated, Literal, cast

from pydantic import StringConstraints

# What the evidence in the box says of a case.
Ground = Literal["measured", "calibrated", "physics"]
GROUNDS: tuple[Ground, ...] = ("measured", "calibrated", "physics")
# A ground; or the user's own runs, with the day of the last and their number.
Basis = Annotated[
    str,
    StringConstraints(pattern=r"^(measured|calibrated|physics|measured \(yours, \d{4}-\d{2}-\d{2}, \d+ points?\))$"),
]


def own_basis(day: str, points: int) -> Basis:
    """The basis of a user's own runs.

    >>> own_basis("2026-11-28", 12)
    'measured (yours, 2026-11-28, 12 points)'
    """
    return f"measured (yours, {day}, {points} point{'' if points == 1 else 's'})"


def ground_of(basis: Basis) -> Ground:
    """The kind of a basis.

    >>> ground_of("measured (yours, 2026-11-28, 12 points)")
    'measured'
    """
    return cast(Ground, basis.partition(" ")[0])
