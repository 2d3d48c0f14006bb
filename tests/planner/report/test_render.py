from __future__ import annotations

import csv
import io
import json

from planner.report.render import render
from planner.report.table import Table

TABLE = Table("Title", ("name", "value"), [["=cmd()", 1.5], ["a|b", None]], ["a note"])


def text(fmt: str) -> str:
    return render(fmt, data={"answer": 1}, tables=lambda: [TABLE])


def test_every_format_holds_the_same_cells() -> None:
    assert json.loads(text("json")) == {"answer": 1}
    assert list(csv.reader(io.StringIO(text("csv")))) == [["name", "value"], ["'=cmd()", "1.5"], ["a|b", ""]]
    assert "| a\\|b |  |" in text("md")
    assert "## Title" in text("md")
    for word in ("Title", "=cmd()", "1.5", "a|b", "a note"):
        assert word in text("table")


def test_a_wide_table_is_turned_on_its_side() -> None:
    wide = Table("Wide", [f"c{i}" for i in range(13)], [list(range(13))])
    shown = render("table", data=None, tables=lambda: [wide])
    assert [line.split() for line in shown.splitlines()[1:]] == [[f"c{i}", str(i)] for i in range(13)]


FOREIGN = "\x1b]8;;x\x07a\x9b\u202e\r\nb\0 [c](javascript:x) ![p](http://x) <script> `d` *e* _f_ \ud800|"


def test_texts_of_others_are_inert_in_every_format() -> None:
    table = Table(FOREIGN, ("name", FOREIGN), [["\t=cmd", FOREIGN], ["\uff1dcmd", -1.5], ["-2", "-"]], [FOREIGN])
    for fmt in ("json", "csv", "md", "table"):
        shown = render(fmt, data={"x": FOREIGN}, tables=lambda: [table])
        assert shown.replace("\n", "").isprintable(), fmt
    cells = list(csv.reader(io.StringIO(render("csv", data=None, tables=lambda: [table]))))
    assert [row[0] for row in cells] == ["name", "' =cmd", "'\uff1dcmd", "-2"]
    assert cells[2][1] == "-1.5"
    shown = render("md", data=None, tables=lambda: [table])
    for word in (r"\[c\](javascript:x)", r"!\[p\](http://x)", r"\<script>", r"\`d\`", r"\*e\*", r"\_f\_", r"\|"):
        assert word in shown
    assert json.loads(render("json", data={"x": FOREIGN}, tables=list)) == {"x": FOREIGN}


def test_names_of_figures_are_as_they_are_in_markdown() -> None:
    shown = render("md", data=None, tables=lambda: [Table("t", ("usd_per_hour",), [["<= 1 %"]])])
    assert "| usd_per_hour |" in shown


def test_what_is_no_number_is_null_in_json() -> None:
    shown = render("json", data={"a": [float("nan"), (1.5, float("-inf"))]}, tables=list)
    assert json.loads(shown) == {"a": [None, [1.5, None]]}
