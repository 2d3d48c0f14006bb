"""Places in a workbook."""

from __future__ import annotations

from planner.document.faces.cells import letter_of, places_of, rows_of, sheet_names
from planner.document.record import Report, ReportChart


def test_sheets_have_names_that_a_spreadsheet_takes(reports: list[Report]) -> None:
    for report in reports:
        names = list(sheet_names(report).values())
        assert len({name.lower() for name in names}) == len(names)
        assert all(0 < len(name) <= 31 and not set("[]:*?/\\'") & set(name) for name in names)


def test_a_figure_is_one_cell_and_a_column_a_range(made: Report) -> None:
    places = places_of(made, sheet_names(made))
    assert places.cell("decision.usd_per_month", "1 Decision") == "$B$6"
    assert str(places.cell("decision.usd_per_month", "x")).startswith("'1 Decision'!$B$")
    assert places.cell("no.such", "x") is None
    months = str(places.cell("cash.on_demand.total", "x")).partition("!")[2].replace("$", "")
    first, last = (int("".join(c for c in part if c.isdigit())) for part in months.split(":"))
    assert last - first == 23
    assert letter_of(701) == "ZZ"


def test_charts_take_a_row_for_each_point(made: Report) -> None:
    chart = next(block for block in made.blocks() if isinstance(block, ReportChart) and block.key == "cash.chart")
    assert rows_of(chart) == 24
