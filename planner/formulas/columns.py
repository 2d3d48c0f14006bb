"""Records whose marked fields are columns: rows are taken from all of them, and parts put together, in one place."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import fields
from functools import cache
from types import MappingProxyType
from typing import Any, TypeVar

import numpy as np

from planner.formulas.types import Array

Self = TypeVar("Self", bound="Columns")


# How a field holds its rows. `field(metadata=COLUMN)`: an array with its rows along the first axis, another `Columns`,
# a tuple or mapping of these, or None where there is no such column. LAST: the rows lie along the last axis. ITEMS: a
# tuple of records, one for each row.
COLUMN: Mapping[str, Any] = MappingProxyType({"rows": 0})
LAST: Mapping[str, Any] = MappingProxyType({"rows": -1})
ITEMS: Mapping[str, Any] = MappingProxyType({"rows": "items"})


class Columns:
    """Base of frozen dataclasses with columns; what is not marked is the same for all rows."""

    __slots__ = ()

    def take(self: Self, rows: Array) -> Self:
        """The rows of a boolean mask, of indices, or of a slice."""
        kind: Any = type(self)
        values: dict[str, Any] = {}
        for name, how in _marked(kind):
            value = getattr(self, name)
            values[name] = value if how is None else _taken(value, rows, how)
        taken: Self = kind(**values)
        return taken

    @classmethod
    def concat(cls: type[Self], parts: Sequence[Self]) -> Self:
        """The rows of all parts, one after another; what is not a column is that of the first part."""
        if len(parts) == 1:
            return parts[0]
        kind: Any = cls
        values: dict[str, Any] = {}
        for name, how in _marked(kind):
            held = [getattr(part, name) for part in parts]
            values[name] = held[0] if how is None else _joined(held, how)
        return cls(**values)


@cache
def _marked(cls: Any) -> tuple[tuple[str, Any], ...]:
    """The fields of a class with the way rows are taken from them; None where they are not columns."""
    return tuple((f.name, f.metadata.get("rows")) for f in fields(cls))


def _taken(value: Any, rows: Any, how: Any) -> Any:
    if isinstance(value, np.ndarray):
        return value[rows] if how == 0 else value[..., rows]
    if isinstance(value, Columns):
        return value.take(rows)
    if how == "items":
        return tuple(value[i] for i in np.arange(len(value))[rows])
    if isinstance(value, Mapping):
        return {name: _taken(part, rows, how) for name, part in value.items()}
    return None if value is None else tuple(_taken(part, rows, how) for part in value)


def _joined(values: Sequence[Any], how: Any) -> Any:
    first = values[0]
    if isinstance(first, np.ndarray):
        return np.concatenate(values, axis=how)
    if isinstance(first, Columns):
        return type(first).concat(values)
    if how == "items":
        return tuple(item for value in values for item in value)
    if isinstance(first, Mapping):
        return {name: _joined([value[name] for value in values], how) for name in first}
    return None if first is None else tuple(_joined(parts, how) for parts in zip(*values, strict=True))
