"""The record of a document: whole, with an origin for each figure, and the same when read back."""

from __future__ import annotations

import json

import jsonschema
import pytest
from pydantic import TypeAdapter, ValidationError

from planner.document.record import Fact, Facts, FigureTable, Report, TableColumn
from planner.document.written import as_json
from tests.planner.document.recomputed import formulas


def test_a_figure_without_an_origin_is_refused() -> None:
    with pytest.raises(ValidationError, match=r"x\.y: states neither"):
        Fact(key="x.y", label="cost", value=1.0)


def test_a_table_with_figures_that_nothing_explains_is_refused() -> None:
    with pytest.raises(ValidationError, match=r"t\.a: figures without an origin"):
        FigureTable(key="t", columns=[TableColumn(key="a", label="A")], rows=[[1.0]])
    assert FigureTable(key="t", columns=[TableColumn(key="a", label="A")], rows=[["text"]]).rows


def test_every_row_has_a_cell_for_each_column() -> None:
    with pytest.raises(ValidationError, match="other cells"):
        FigureTable(key="t", columns=[TableColumn(key="a", label="A", method="m")], rows=[[1.0, 2.0]])


def test_no_key_stands_for_two_things(made: Report) -> None:
    section = made.sections[0]
    double = section.model_copy(update={"blocks": [*section.blocks, Facts(key=section.blocks[0].key, figures=[])]})
    with pytest.raises(ValidationError, match="more than one thing"):
        Report.model_validate(made.model_copy(update={"sections": [double]}).model_dump())


def test_json_reads_back_to_the_same_record_and_fits_its_schema(reports: list[Report]) -> None:
    schema = TypeAdapter(Report).json_schema(mode="serialization")
    for report in reports:
        text = as_json(report)
        assert Report.model_validate_json(text) == report
        jsonschema.validate(json.loads(text), schema)


def test_every_source_is_cited_and_every_citation_is_a_source(reports: list[Report]) -> None:
    for report in reports:
        figures, tables = report.figures(), report.tables()
        cited = {id for figure in figures for id in figure.sources}
        cited |= {id for table in tables for row in table.row_sources for id in row}
        cited |= {id for table in tables for column in table.columns for id in column.sources}
        assert cited == {source.id for source in report.sources}


def test_every_formula_gives_the_figure_beside_it(reports: list[Report]) -> None:
    found = [each for report in reports for each in formulas(report)]
    assert len(found) > 600
    wrong = [
        (key, formula, value, again)
        for key, formula, value, again in found
        if abs(value - again) > max(1e-9 * abs(value), 0.0051 if "ROUND(" in formula else 1e-6)
    ]
    assert wrong == []
