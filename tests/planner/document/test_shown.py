"""Numbers as texts: units, figures that matter, no locale."""

from __future__ import annotations

from math import nan

import pytest

from planner.document.shown import NONE, cell_text, number, text_of, unit_text


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        (0.0, "USD", "$0.00"), (-0.004, "USD", "-$0.004"), (1e6, "USD/year", "$1,000,000.00 a year"),
        (150.0, "USD/kW/month", "$150.00 a kW a month"), (1.0, "share", "100.0 %"), (3, "machines", "3 machines"),
        (nan, "s", NONE), (None, "share", NONE), ("on demand", "text", "on demand"), (0.05, "s", "0.05 s"),
        (1.5, "factor", "1.5 x"), (2.75, "%", "2.75 %"),
    ],
)  # fmt: skip
def test_a_value_with_its_unit(value: float | str | None, unit: str, text: str) -> None:
    assert text_of(value, unit).startswith(text)


def test_three_figures_are_kept_and_all_before_the_point() -> None:
    assert [number(v) for v in (0.012345, 1.23456, 12.3456, 123.456, 123456.7)] == [
        "0.0123", "1.23", "12.3", "123.5", "123,457",
    ]  # fmt: skip


def test_texts_of_others_do_not_steer_a_terminal() -> None:
    assert cell_text("a\x1b[2J\u202eb", "text") == "a?[2J?b"


def test_the_head_of_a_column_has_the_unit_that_its_cells_leave_out() -> None:
    assert (cell_text(0.5, "share"), unit_text("share")) == ("50.0", "%")
