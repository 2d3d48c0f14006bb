"""The workbook: values and formulas of the record, names as texts."""

from __future__ import annotations

import io
import os
import re
import shutil
import subprocess
import zipfile
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from planner.document.faces.cells import letter_of, places_of, sheet_names
from planner.document.faces.spreadsheet import xlsx
from planner.document.record import Cell, Facts, FigureTable, Report
from tests.planner.document.bent import FORMULA, SHOWN


def opened(content: bytes, *, values: bool) -> Any:
    return openpyxl.load_workbook(io.BytesIO(content), data_only=values)


def same(found: Any, value: Cell) -> bool:
    """A workbook keeps 16 digits, and no empty texts."""
    if isinstance(value, int | float):
        return bool(found == pytest.approx(value, rel=1e-15, abs=0.0))
    return (found or None) == (value or None)


def test_every_figure_of_the_workbook_is_that_of_the_json(reports: list[Report]) -> None:
    for report in reports:
        book, sheets = opened(xlsx(report), values=True), sheet_names(report)
        places, count = places_of(report, sheets), 0
        for section in report.sections:
            sheet = book[sheets[section.key]]
            for block in section.blocks:
                first = places.blocks[block.key] + 3
                if isinstance(block, Facts):
                    for i, figure in enumerate(block.figures):
                        assert same(sheet[f"B{first + i}"].value, figure.value), figure.key
                        count += 1
                elif isinstance(block, FigureTable):
                    for i, row in enumerate(block.rows):
                        for k, value in enumerate(row):
                            found = sheet[f"{letter_of(k)}{first + i}"].value
                            assert same(found, value), (block.key, i, k)
                            count += 1
        assert count > 100


def test_costs_are_live_formulas(made: Report) -> None:
    book = opened(xlsx(made), values=False)
    live = [cell.value for sheet in book for row in sheet.iter_rows() for cell in row if cell.data_type == "f"]
    assert len(live) > 500
    assert any("SUM(" in text and "^" in text for text in live)
    assert all("HYPERLINK" not in text for text in live)


def test_names_that_try_something_are_texts(hostile: Report) -> None:
    content = xlsx(hostile)
    book = opened(content, values=False)
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row if isinstance(cell.value, str)]
    assert all(sheet.hyperlinks == [] if hasattr(sheet, "hyperlinks") else True for sheet in book)
    texts = [cell.value for cell in cells if cell.data_type == "s"]
    assert any(text.startswith(FORMULA) for text in texts)
    for name in SHOWN:
        assert any(name in text for text in texts), name
    assert all("HYPERLINK" not in cell.value for cell in cells if cell.data_type == "f")
    with zipfile.ZipFile(io.BytesIO(content)) as parts:
        assert not [name for name in parts.namelist() if "externalLink" in name or "vba" in name.lower()]


@pytest.mark.skipif(
    shutil.which("soffice") is None or os.environ.get("GPUPLAN_TORTURE") != "1",
    reason="recalculation by LibreOffice takes seconds: with GPUPLAN_TORTURE=1 where it is installed",
)
def test_libreoffice_recomputes_every_formula_to_the_cent(made: Report, tmp_path: Path) -> None:
    content = xlsx(made)
    _spoilt(content, tmp_path / "in.xlsx")
    settings = tmp_path / "profile" / "user" / "registrymodifications.xcu"
    settings.parent.mkdir(parents=True)
    settings.write_text(ALWAYS_RECALCULATE)
    subprocess.run(
        ["soffice", f"-env:UserInstallation=file://{tmp_path}/profile", "--headless", "--convert-to", "xlsx",
         "--outdir", str(tmp_path / "out"), str(tmp_path / "in.xlsx")],
        check=True, capture_output=True,
    )  # fmt: skip
    again = opened((tmp_path / "out" / "in.xlsx").read_bytes(), values=True)
    ours, live = opened(content, values=True), opened(content, values=False)
    cells = [(s.title, c.coordinate) for s in live for row in s.iter_rows() for c in row if c.data_type == "f"]
    assert len(cells) > 500
    for sheet, place in cells:
        value = ours[sheet][place].value
        assert again[sheet][place].value == pytest.approx(value, rel=1e-9, abs=0.005), (sheet, place)


ALWAYS_RECALCULATE = """<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry"><item oor:path="/org.openoffice.Office.Calc/Formula/Load">
<prop oor:name="OOXMLRecalcMode" oor:op="fuse"><value>0</value></prop></item></oor:items>
"""


def _spoilt(content: bytes, path: Path) -> None:
    """The workbook with other values beside its formulas, which only a recalculation puts right."""
    with zipfile.ZipFile(io.BytesIO(content)) as parts, zipfile.ZipFile(path, "w") as out:
        for name in parts.namelist():
            data = parts.read(name)
            if name.startswith("xl/worksheets/sheet"):
                data = re.sub(rb"(</f>)<v>[^<]*</v>", rb"\1<v>-777</v>", data)
            out.writestr(name, data)
