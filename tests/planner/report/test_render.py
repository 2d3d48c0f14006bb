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
