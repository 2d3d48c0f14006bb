"""The glossary."""

from __future__ import annotations

from planner.document.record import FigureTable
from planner.document.sections.glossary import TERMS, glossary


def test_every_term_has_a_meaning() -> None:
    table = glossary().blocks[0]
    assert isinstance(table, FigureTable)
    assert [row[0] for row in table.rows] == list(TERMS)
    assert all(len(text) > 10 for text in TERMS.values())
