"""What an answer comes to, as text."""

from __future__ import annotations

from planner.report.overview import overview
from planner.report.render import render
from planner.report.table import Overview, Table

FOUND = Overview(
    "An answer", [("price", "$3.75 an hour"), ("why", "a word " * 40)], [Table("Limits", ("limit", "s"), [["ttft", 1]])]
)


def test_it_has_a_border_where_it_is_asked_for_and_is_plain_elsewhere() -> None:
    bordered, plain = overview(FOUND, 100, framed=True), overview(FOUND, 100, framed=False)
    assert bordered.startswith("╭─ An answer ")
    assert plain.isascii()
    assert "price  $3.75 an hour" in plain
    for text in (bordered, plain):
        assert max(map(len, text.splitlines())) <= 100
        assert text.split().count("word") == 40


def test_markdown_has_its_lines_and_tables() -> None:
    text = render("md", data=None, tables=lambda: [FOUND])
    assert "- price: $3.75 an hour" in text
    assert "| ttft | 1 |" in text
