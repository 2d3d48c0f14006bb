"""Rows are taken from every marked field and from nothing else."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pytest

from planner.formulas.columns import COLUMN, ITEMS, LAST, Columns
from planner.formulas.types import Array


@dataclass(frozen=True, slots=True)
class Inner(Columns):
    unit: str
    x: Array = field(metadata=COLUMN)


@dataclass(frozen=True)
class Outer(Columns):
    name: str
    names: tuple[str, ...] = field(metadata=ITEMS)
    a: Array = field(metadata=COLUMN)
    wide: Array = field(metadata=LAST)
    inner: Inner = field(metadata=COLUMN)
    each: tuple[Inner, ...] = field(metadata=COLUMN)
    by_term: dict[str, tuple[Array, Array]] = field(metadata=COLUMN)
    same: Array
    running: Array | None = field(default=None, metadata=COLUMN)


def outer(start: int = 0, **more: Any) -> Outer:
    a = np.arange(start, start + 4.0)
    return Outer(
        "o", ("p", "q", "r", "s"), a[:, None] * [1.0, 10.0], np.stack([a, 2 * a]), Inner("s", a), (Inner("m", -a),),
        {"t": (a, 3 * a)}, np.array([7.0, 8.0]), **more,
    )  # fmt: skip


@pytest.mark.parametrize(
    "rows",
    [np.array([2, 0, 2]), np.array([True, False, True, False]), slice(1, 3), np.zeros(0, dtype=int)],
    ids=["indices", "mask", "slice", "none"],
)
def test_every_column_gives_the_same_rows(rows: Any) -> None:
    whole = outer(running=np.array([0.0, 1.0, 2.0, 3.0]))
    part, wanted = whole.take(rows), np.arange(4.0)[rows]
    np.testing.assert_array_equal(part.a[:, 1], 10.0 * wanted)
    np.testing.assert_array_equal(part.wide, np.stack([wanted, 2 * wanted]))
    np.testing.assert_array_equal(part.inner.x, wanted)
    np.testing.assert_array_equal(part.each[0].x, -wanted)
    np.testing.assert_array_equal(part.by_term["t"][1], 3 * wanted)
    assert part.running is not None
    np.testing.assert_array_equal(part.running, wanted)
    assert part.names == tuple("pqrs"[int(i)] for i in wanted)


def test_what_is_no_column_stays_as_it_is() -> None:
    whole = outer()
    part = whole.take(np.array([3]))
    assert part.same is whole.same
    assert (part.name, part.inner.unit, part.running) == ("o", "s", None)


def test_concat_undoes_take() -> None:
    whole = outer(running=np.ones(4))
    again = Outer.concat([whole.take(slice(0, 1)), whole.take(slice(1, 4))])
    for name in ("a", "wide", "running"):
        np.testing.assert_array_equal(getattr(again, name), getattr(whole, name))
    np.testing.assert_array_equal(again.inner.x, whole.inner.x)
    np.testing.assert_array_equal(again.each[0].x, whole.each[0].x)
    np.testing.assert_array_equal(again.by_term["t"][0], whole.by_term["t"][0])
    assert (again.names, again.name, again.running is None) == (whole.names, "o", False)
    assert Outer.concat([whole]) is whole


def test_parts_that_do_not_match_are_refused() -> None:
    longer = Outer.concat([outer(), outer()])
    assert len(longer.a) == 8
    with pytest.raises(ValueError, match="dimension"):
        Inner.concat([Inner("s", np.ones(2)), Inner("s", np.ones((2, 2)))])
