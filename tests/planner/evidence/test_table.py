from __future__ import annotations

from pathlib import Path

import pytest

from planner.errors import InputError
from planner.evidence.table import cell, number, predicted, read_rows, relative_errors, write_predictions


def test_errors_are_relative_and_count_what_has_no_prediction() -> None:
    found = relative_errors("x", [(1.1, 1.0), (0.9, 1.0), (None, 1.0), (2.0, None), (2.0, 0.0)])
    assert found.row == ["x", 3, 2, 0.1, 0.1, 0.1, 0.0]
    assert relative_errors("x", [(None, 1.0)]).row == ["x", 1, 0, None, None, None, None]


def test_cells_are_numbers_empty_or_an_error_with_their_column() -> None:
    assert (cell({"a": " 3 "}, "a"), cell({"a": ""}, "a"), cell({}, "a")) == (3.0, None, None)
    assert (number("x"), number("2")) == (None, 2.0)
    for text in ("x", "-1", "nan", "1e30"):
        with pytest.raises(InputError, match=r"^a: "):
            cell({"a": text}, "a")


def test_rows_keep_their_place_and_gain_columns(tmp_path: Path) -> None:
    source, target = tmp_path / "in.csv", tmp_path / "out.csv"
    source.write_text("a,pred\n1,old\n2,old\n")
    found = predicted(source, ["a"], ["pred", "error"], lambda rows: [{"pred": r["a"] * 2, "error": ""} for r in rows])
    assert write_predictions(found, target) == (2, 0)
    assert target.read_text() == "a,pred,error\n1,11,\n2,22,\n"
    with pytest.raises(InputError, match="column 'b' is missing"):
        read_rows(source, ["b"])
