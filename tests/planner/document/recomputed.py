"""A second reading of the formulas of a report, by Python's own arithmetic."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from math import ceil, floor

from planner.document.formula import NAME, PREVIOUS, names
from planner.document.record import Fact, FigureTable, Report

Value = float | Sequence[float]


def computed(formula: str, value_of: Callable[[str], Value]) -> float:
    """What a formula comes to, as a spreadsheet computes it."""
    known = names(formula)
    places = {name: f"_{i}" for i, name in enumerate(known)}
    text = NAME.sub(lambda match: places[match.group(0)], formula).replace("^", "**")
    values = {places[name]: value_of(name) for name in known}
    return float(eval(text, {"__builtins__": {}}, FUNCTIONS | values))


def rounded(value: float, digits: int = 0) -> float:
    """Half away from zero, as spreadsheets do."""
    scaled = floor(abs(value) * 10**digits * (1.0 + 1e-14) + 0.5)
    return (scaled if value >= 0 else -scaled) / 10**digits


def _sum(*parts: Value) -> float:
    return sum(sum(part) if isinstance(part, Sequence) else part for part in parts)


def _up(value: float, digits: int = 0) -> float:
    whole = ceil(abs(value) * 10**digits) / 10**digits
    return whole if value >= 0 else -whole


FUNCTIONS: dict[str, object] = {"SUM": _sum, "MAX": max, "MIN": min, "ROUND": rounded, "ROUNDUP": _up}


class Lookup:
    """The values that the formulas of a report name."""

    def __init__(self, report: Report) -> None:
        self.figures = {figure.key: figure.value for figure in report.figures()}
        self.columns = {
            f"{table.key}.{column.key}": [row[i] for row in table.rows]
            for table in report.tables() for i, column in enumerate(table.columns)
        }  # fmt: skip

    def __call__(self, name: str) -> Value:
        if name in self.figures:
            return _number(self.figures[name])
        return [_number(value) for value in self.columns[name]]

    def in_row(self, table: FigureTable, row: int) -> Callable[[str], Value]:
        keys = [column.key for column in table.columns]

        def value_of(name: str) -> Value:
            bare = name.removeprefix(PREVIOUS)
            if bare != name:
                return 0.0 if row == 0 else _number(table.rows[row - 1][keys.index(bare)])
            return _number(table.rows[row][keys.index(name)]) if name in keys else self(name)

        return value_of


def _number(value: object) -> float:
    assert isinstance(value, int | float), value
    return float(value)


def formulas(report: Report) -> Iterator[tuple[str, str, float, float]]:
    """(key, formula, value in the report, value recomputed) of every figure and cell that has a formula."""
    lookup = Lookup(report)
    for figure in report.figures():
        if figure.formula and isinstance(figure.value, int | float):
            yield figure.key, figure.formula, float(figure.value), _safely(figure, lookup)
    for table in report.tables():
        for i, column in enumerate(table.columns):
            for n, row in enumerate(table.rows):
                value = row[i]
                if column.formula and isinstance(value, int | float):
                    key = f"{table.key}.{column.key}[{n}]"
                    yield key, column.formula, float(value), computed(column.formula, lookup.in_row(table, n))


def _safely(figure: Fact, lookup: Lookup) -> float:
    return computed(figure.formula, lookup)
