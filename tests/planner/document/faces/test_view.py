"""What templates see."""

from __future__ import annotations

from planner.document.faces.view import block_view, flat, origins, view
from planner.document.record import FigureTable, Report, TableColumn


def test_the_view_is_plain_texts_and_tables(made: Report) -> None:
    def plain(value: object) -> bool:
        if isinstance(value, dict):
            return all(isinstance(key, str) and plain(each) for key, each in value.items())
        if isinstance(value, list):
            return all(plain(each) for each in value)
        return value is None or isinstance(value, str | bool | int)

    assert plain(view(made))
    assert [section["number"] for section in view(made)["sections"]] == [str(i + 1) for i in range(16)]


def test_a_table_shows_as_many_rows_as_it_says_and_tells_of_the_rest() -> None:
    table = FigureTable(key="t", columns=[TableColumn(key="a", label="A", method="m")], rows=[[1], [2], [3]], shown=1)
    found = block_view(table, {})
    assert [row["cells"][0]["text"] for row in found["rows"]] == ["1"]
    assert found["hidden"] == 2


def test_nested_tables_are_lines() -> None:
    assert flat({"a": {"b": 1, "c": ["x", "y"]}, "d": [{"e": 2}]}) == [
        {"key": "a.b", "text": "1"}, {"key": "a.c", "text": "x, y"}, {"key": "d.1.e", "text": "2"},
    ]  # fmt: skip


def test_origins_have_one_row_a_figure_and_one_a_column_of_figures(made: Report) -> None:
    keys = [row["key"] for row in origins(made)]
    assert len(keys) == len(set(keys))
    assert "decision.usd_per_month" in keys
    assert "cash.owned.capex" in keys
