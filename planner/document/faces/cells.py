"""Where everything stands in a workbook: sheets, rows of blocks, cells of figures and columns."""

from __future__ import annotations

from dataclasses import dataclass, field

from planner.document.record import Facts, FigureTable, Report, ReportChart, TextBlock
from planner.words import inert

# Excel takes 31 letters for a sheet.
SHEET = 31


@dataclass
class Places:
    """Where figures and columns stand, found before anything is written: formulas name what stands further down."""

    figures: dict[str, tuple[str, int]] = field(default_factory=dict)
    columns: dict[str, tuple[str, int, int, int]] = field(default_factory=dict)
    blocks: dict[str, int] = field(default_factory=dict)

    def cell(self, key: str, sheet: str) -> str | None:
        """The cell of a figure, or the range of a column, as a formula on `sheet` writes it."""
        if key in self.figures:
            home, row = self.figures[key]
            return f"{_at(home, sheet)}$B${row + 1}"
        if key in self.columns:
            home, column, first, last = self.columns[key]
            letter = letter_of(column)
            return f"{_at(home, sheet)}${letter}${first + 1}:${letter}${last + 1}"
        return None


def _at(home: str, sheet: str) -> str:
    return "" if home == sheet else f"'{home}'!"


def letter_of(column: int) -> str:
    """The letters of a column, counted from 0.

    >>> letter_of(0), letter_of(25), letter_of(26)
    ('A', 'Z', 'AA')
    """
    text = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        text = chr(ord("A") + rest) + text
    return text


def sheet_names(report: Report) -> dict[str, str]:
    """A name for each chapter that Excel takes: no signs that it keeps for itself, and none twice."""
    found: dict[str, str] = {}
    for number, section in enumerate(report.sections, 1):
        plain = "".join(" " if letter in "[]:*?/\\'" else letter for letter in inert(section.title))
        found[section.key] = f"{number} {plain}"[:SHEET].strip()
    return found


def places_of(report: Report, sheets: dict[str, str]) -> Places:
    """Rows of all blocks, as the writer fills them: a title, a head, the rows, a note and an empty row."""
    places = Places()
    for section in report.sections:
        row, sheet = 3, sheets[section.key]
        for block in section.blocks:
            places.blocks[block.key] = row
            if isinstance(block, Facts):
                for i, figure in enumerate(block.figures):
                    if isinstance(figure.value, int | float):
                        places.figures[figure.key] = sheet, row + 2 + i
                row += 4 + len(block.figures)
            elif isinstance(block, FigureTable):
                for i, column in enumerate(block.columns):
                    last = row + 1 + len(block.rows)
                    places.columns[f"{block.key}.{column.key}"] = sheet, i, row + 2, last
                row += 4 + len(block.rows)
            elif isinstance(block, TextBlock):
                row += 2 + len(block.items)
            else:
                row += 4 + rows_of(block)
    return places


def rows_of(chart: ReportChart) -> int:
    """Rows that the figures of a chart take."""
    return max((len(series.y) for series in chart.series), default=0)
