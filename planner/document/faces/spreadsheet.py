"""XLSX: a sheet a chapter, live formulas with their values beside them, names and texts as texts."""

from __future__ import annotations

import io
from datetime import datetime
from typing import Any

from planner.document.extra import needed
from planner.document.faces.cells import letter_of, places_of, rows_of, sheet_names
from planner.document.faces.view import WHAT, flat
from planner.document.formula import PREVIOUS, in_cells, names
from planner.document.record import Cell, ChartSeries, Fact, Facts, FigureTable, Report, ReportChart, Section, TextBlock
from planner.document.shown import unit_text
from planner.words import inert

# Excel takes 32,767 letters for a cell.
LETTERS = 32_000
FACTS = ("Figure", "Value", "Unit", "Key", "Basis", "Formula, method or source")
# Widths of columns in letters: the first, the second, all others; of a text over six of them; points of a line.
FIRST, SECOND, OTHER, ACROSS, LINE_PT = 44, 24, 20, 140, 15
# A sheet's date says nothing of when it was written: it is the same in every run.
BORN = datetime(2000, 1, 1)
MONEY, SHARE, PLAIN, SMALL = '"$"#,##0.00', "0.0%", "#,##0.######", '"$"0.0000##'


def xlsx(report: Report) -> bytes:
    """The workbook. Raises InputError where the extra is not installed."""
    xlsxwriter: Any = needed("xlsxwriter")
    out = io.BytesIO()
    settings = {
        "in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False,
        "nan_inf_to_errors": False,
    }  # fmt: skip
    book = xlsxwriter.Workbook(out, settings)
    book.set_properties(
        {"title": inert(report.title)[:255], "created": BORN, "comments": f"input {report.asked.sha256}"}
    )
    book.set_calc_mode("auto")
    writer = _Writer(report, book)
    for section in report.sections:
        writer.section(section)
    writer.closing()
    book.close()
    return out.getvalue()


class _Writer:
    """Writes sheet after sheet; `places` knows all cells before."""

    def __init__(self, report: Report, book: Any) -> None:
        self.report, self.book = report, book
        self.sheets = sheet_names(report)
        self.places = places_of(report, self.sheets)
        styles = {
            "title": {"bold": True, "font_size": 16, "font_color": "#0b5394"},
            "head": {"bold": True, "bottom": 2, "text_wrap": True, "valign": "bottom"},
            "block": {"bold": True, "font_size": 12}, "text": {"valign": "top"},
            "unit": {"valign": "top", "indent": 1},
            "wrapped": {"text_wrap": True, "valign": "top"},
            "code": {"font_name": "Courier New", "text_wrap": True},
            "note": {"font_color": "#595959", "text_wrap": True, "valign": "top"},
            "lead": {"text_wrap": True, "valign": "top", "font_size": 12},
            "money": {"num_format": MONEY, "valign": "top"}, "share": {"num_format": SHARE, "valign": "top"},
            "plain": {"num_format": PLAIN, "valign": "top"}, "small": {"num_format": SMALL, "valign": "top"},
        }  # fmt: skip
        self.style = {name: book.add_format(style) for name, style in styles.items()}

    def text(self, sheet: Any, row: int, column: int, value: str, style: str = "text") -> None:
        """A text as a text, whatever it begins with."""
        if value:
            sheet.write_string(row, column, inert(value)[:LETTERS], self.style[style])

    def section(self, section: Section) -> None:
        """One sheet."""
        name = self.sheets[section.key]
        sheet = self.book.add_worksheet(name)
        sheet.hide_gridlines(2)
        sheet.set_landscape()
        sheet.fit_to_pages(1, 0)
        for first, last, letters in ((0, 0, FIRST), (1, 1, SECOND), (2, 30, OTHER)):
            sheet.set_column(first, last, letters)
        self.text(sheet, 0, 0, section.title, "title")
        if section.lead:
            self._across(sheet, 1, section.lead, "lead")
        for block in section.blocks:
            row = self.places.blocks[block.key]
            if block.title:
                self.text(sheet, row, 0, block.title, "block")
            if isinstance(block, Facts):
                self._facts(sheet, name, block, row + 1)
            elif isinstance(block, FigureTable):
                self._table(sheet, name, block, row + 1)
            elif isinstance(block, TextBlock):
                for i, item in enumerate(block.items, 1):
                    self._across(sheet, row + i, item, "code" if block.style == "code" else "wrapped")
            else:
                self._chart(sheet, block, row + 1)

    def _facts(self, sheet: Any, name: str, block: Facts, row: int) -> None:
        for column, head in enumerate(FACTS):
            self.text(sheet, row, column, head, "head")
        for i, figure in enumerate(block.figures, 1):
            self.text(sheet, row + i, 0, figure.label)
            self._value(sheet, name, row + i, 1, figure.value, figure.unit, self._live(figure, name))
            self.text(sheet, row + i, 2, unit_text(figure.unit), "unit")
            for column, text in enumerate((figure.key, figure.basis, self._origin(figure)), 3):
                self.text(sheet, row + i, column, text)
        self._across(sheet, row + 1 + len(block.figures), block.note, "note")

    def _table(self, sheet: Any, name: str, block: FigureTable, row: int) -> None:
        for i, column in enumerate(block.columns):
            unit = unit_text(column.unit)
            self.text(sheet, row, i, f"{column.label} [{unit}]" if unit else column.label, "head")
        cited = len(block.columns)
        if block.row_sources:
            self.text(sheet, row, cited, "Source", "head")
        for n, cells in enumerate(block.rows):
            for i, (column, value) in enumerate(zip(block.columns, cells, strict=True)):
                live = self._live_cell(block, n, column.formula, name, row + 1)
                self._value(sheet, name, row + 1 + n, i, value, column.unit, live)
            if block.row_sources:
                self.text(sheet, row + 1 + n, cited, ", ".join(block.row_sources[n]))
            lines = [-(-len(text) // _letters(i)) for i, text in enumerate(cells) if isinstance(text, str)]
            if max(lines, default=1) > 1:
                sheet.set_row(row + 1 + n, LINE_PT * max(lines))
        self._across(sheet, row + 1 + len(block.rows), block.note, "note")

    def _across(self, sheet: Any, row: int, text: str, style: str) -> None:
        """A text over six columns, as high as it needs; nothing where it is empty."""
        if text:
            sheet.merge_range(row, 0, row, 5, "", self.style[style])
            self.text(sheet, row, 0, text, style)
            sheet.set_row(row, LINE_PT * (1 + len(text) // ACROSS))

    def _value(self, sheet: Any, name: str, row: int, column: int, value: Cell, unit: str, live: str | None) -> None:
        if value is None:
            return
        if isinstance(value, str):
            self.text(sheet, row, column, value, "text" if column == 1 else "wrapped")
            return
        if value != value or value in (float("inf"), float("-inf")):
            return
        style = self.style[_style(value, unit)]
        if live is None:
            sheet.write_number(row, column, value, style)
        else:
            sheet.write_formula(row, column, f"={live}", style, value)

    def _live(self, figure: Fact, sheet: str) -> str | None:
        """The formula in cells; None where it names something that has no cell, such as a text."""
        if not figure.formula:
            return None
        cells = {key: self.places.cell(key, sheet) for key in names(figure.formula)}
        if any(cell is None for cell in cells.values()):
            return None
        return in_cells(figure.formula, lambda key: str(cells[key]))

    def _live_cell(self, table: FigureTable, n: int, formula: str, sheet: str, first: int) -> str | None:
        """The same of a cell of a table: names of its columns are cells of the row, `prev.` of the row above."""
        if not formula:
            return None
        keys = [column.key for column in table.columns]

        def cell_of(name: str) -> str | None:
            bare = name.removeprefix(PREVIOUS)
            if bare != name:
                return "0" if n == 0 else f"{letter_of(keys.index(bare))}{first + n}"
            if name in keys:
                return f"{letter_of(keys.index(name))}{first + n + 1}"
            return self.places.cell(name, sheet)

        cells = {name: cell_of(name) for name in names(formula)}
        if any(cell is None for cell in cells.values()):
            return None
        return in_cells(formula, lambda name: str(cells[name]))

    def _origin(self, figure: Fact) -> str:
        return "; ".join(part for part in (figure.formula, figure.method, ", ".join(figure.sources)) if part)

    def _chart(self, sheet: Any, chart: ReportChart, row: int) -> None:
        """The chart in words, and what is drawn as figures."""
        self._across(sheet, row, chart.alt, "note")
        by_x = bool(chart.series and chart.series[0].x)
        heads = [chart.x_label if by_x else "", *(series.name for series in chart.series)]
        for column, head in enumerate(heads):
            self.text(sheet, row + 1, column, head, "head")
        for n in range(rows_of(chart)):
            for column, value in enumerate(_points(chart, n, by_x)):
                if isinstance(value, str):
                    self.text(sheet, row + 2 + n, column, value)
                elif value is not None and value == value:
                    sheet.write_number(row + 2 + n, column, value, self.style["plain"])

    def closing(self) -> None:
        """Sources, the input, and what changed since an older report."""
        sheet = self.book.add_worksheet("Sources")
        sheet.set_column(1, 1, 110)
        for column, head in enumerate(("No.", "Source", "Day")):
            self.text(sheet, 0, column, head, "head")
        for row, source in enumerate(self.report.sources, 1):
            for column, value in enumerate((source.id, source.text, source.as_of)):
                self.text(sheet, row, column, value)
        self._input()
        if self.report.compared is not None:
            sheet = self.book.add_worksheet("Changes")
            sheet.set_column(1, 1, 90)
            for column, head in enumerate(("What", "Why", "Effect [USD/month]")):
                self.text(sheet, 0, column, head, "head")
            for row, change in enumerate(self.report.compared.changes, 1):
                self.text(sheet, row, 0, WHAT[change.what])
                self.text(sheet, row, 1, change.text)
                self._value(sheet, "Changes", row, 2, change.usd_per_month, "USD/month", None)

    def _input(self) -> None:
        sheet, asked, stamps = self.book.add_worksheet("Input"), self.report.asked, self.report.stamps
        sheet.set_column(0, 1, 60)
        lines = [
            ("gpuplan", self.report.version), ("as of", self.report.as_of), ("input SHA-256", asked.sha256),
            *((name.replace("_", " "), value) for name, value in stamps.model_dump().items()),
        ]  # fmt: skip
        tables = (asked.request, asked.terms or {}, asked.options)
        lines += [(line["key"], line["text"]) for table in tables for line in flat(table)]
        for row, (key, value) in enumerate(lines):
            self.text(sheet, row, 0, key)
            self.text(sheet, row, 1, value)


def _letters(column: int) -> int:
    return {0: FIRST, 1: SECOND}.get(column, OTHER)


def _style(value: float, unit: str) -> str:
    if unit == "share":
        return "share"
    if unit.startswith("USD"):
        return "small" if 0 < abs(value) < 1 else "money"
    return "plain"


def _points(chart: ReportChart, n: int, by_x: bool) -> list[Cell]:
    """One row of what is drawn."""
    first: Cell = None
    if by_x:
        first = chart.series[0].x[n] if n < len(chart.series[0].x) else None
    elif n < len(chart.labels):
        first = chart.labels[n]
    return [first, *(_y(series, n) for series in chart.series)]


def _y(series: ChartSeries, n: int) -> float | None:
    return series.y[n] if n < len(series.y) else None
