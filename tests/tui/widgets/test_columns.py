from __future__ import annotations

from tui.widgets.columns import CUT, Column, shortened, widened

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
