"""Parts of a report by their keys."""

from __future__ import annotations

from typing import Any

from planner.document.record import Fact, FigureTable, Report, TextBlock


def figure(report: Report, key: str) -> Fact:
    return next(each for each in report.figures() if each.key == key)


def value(report: Report, key: str) -> Any:
    return figure(report, key).value


def table(report: Report, key: str) -> FigureTable:
    return next(each for each in report.tables() if each.key == key)


def column(report: Report, key: str) -> list[Any]:
    name, _, last = key.rpartition(".")
    found = table(report, name)
    place = [each.key for each in found.columns].index(last)
    return [row[place] for row in found.rows]


def texts(report: Report, key: str) -> list[str]:
    return next(each.items for each in report.blocks() if isinstance(each, TextBlock) and each.key == key)
