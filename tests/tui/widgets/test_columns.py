from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from tui.widgets.columns import CUT, Column, numeral, padded, shortened, widened

COLUMNS = (Column("GPU", 4), Column("$", 6, ".2f"), Column("machine", 5))
ROWS = [("H100 SXM", 1.5, "8 x gpu"), ("L4", 22.25, None)]


def test_a_text_that_is_cut_says_so() -> None:
    assert [shortened("abcdef", n) for n in (6, 4, 1)] == ["abcdef", f"abc{CUT}", CUT]
    assert Column("t", 5).text("abcdef") == f"abcd{CUT}"


def test_columns_whose_texts_are_cut_take_the_room_that_is_left() -> None:
    bare = sum(column.width + 1 for column in COLUMNS)
    assert [c.width for c in widened(COLUMNS, ROWS, bare)] == [4, 6, 5]
    assert [c.width for c in widened(COLUMNS, ROWS, bare + 5)] == [8, 6, 6]
    assert [c.width for c in widened(COLUMNS, ROWS, bare + 50)] == [8, 6, 7]
    assert [c.width for c in widened(COLUMNS, ROWS, 3)] == [4, 6, 5]
    assert widened(COLUMNS, [], bare + 50) == COLUMNS


@pytest.mark.parametrize(
    ("value", "form", "width", "text"),
    [
        (61419, "d", 5, "61419"), (61419, "d", 4, "61k"), (-61419, "d", 4, "-61k"), (1234567.89, ".2f", 9, "1.235M"),
        (12345678, ",.0f", 7, "12.35M"), (123.0, ".0%", 5, CUT), (999_999, "d", 4, "1M"), (61419, "d", 2, CUT),
    ],
)  # fmt: skip
def test_a_number_is_never_cut_within_its_digits(value: float, form: str, width: int, text: str) -> None:
    assert numeral(value, form, width) == text
    assert Column("n", width, form).text(value) == text.rjust(width)


@given(st.floats(allow_nan=False) | st.text(max_size=30), st.integers(1, 20), st.sampled_from([".2f", ".0%", ",.0f"]))
def test_whatever_stands_in_a_column_takes_its_cells(value: float | str, width: int, form: str) -> None:
    assert cell_len(Column("t", width, form).text(value)) == width


def test_letters_of_two_cells_do_not_shift_a_row() -> None:
    assert padded("日本", 6) == "日本  "
    assert shortened("日本語プロバイダ", 6) == f"日本 {CUT}"
    assert cell_len(Column("provider", 14).text("日本語プロバイダ")) == 14
    assert [c.width for c in widened((Column("provider", 4),), [("日本語",)], 50)] == [6]
