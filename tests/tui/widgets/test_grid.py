"""The grid: sorting, filtering, the cursor, and what is drawn of thousands of rows."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len
from textual.app import App, ComposeResult
from textual.geometry import Region

from tui.widgets.columns import Column, GridRow
from tui.widgets.grid import Grid

COLUMNS = (Column("name", 8), Column("n", 6, ".1f"))


class Holder(App[None]):
    def compose(self) -> ComposeResult:
        yield Grid(COLUMNS, empty="nothing here")


@given(st.one_of(st.none(), st.text(max_size=30), st.integers(), st.floats(allow_nan=False)), st.integers(1, 20))
def test_a_cell_is_as_wide_as_its_column(value: str | float | None, width: int) -> None:
    assert cell_len(Column("t", width).text(value)) == width
    assert cell_len(Column("t", width, ".2f").text(value)) == width


async def test_sorted_filtered_and_moved() -> None:
    rows: list[GridRow] = [("b", 2.0), ("a", 1.0), ("c", None)]
    async with Holder().run_test(size=(40, 10)) as pilot:
        grid = pilot.app.query_one(Grid)
        grid.show(rows)
        grid.focus()
        assert grid.row == 0
        await pilot.press("s")
        assert [grid.row, grid.row_count] == [0, 3]
        await pilot.press("home")
        assert grid.row == 1
        await pilot.press("s", "home")
        assert grid.row == 1
        await pilot.press("S", "home")
        assert grid.row == 2
        await pilot.press("end", "down", "up", "pageup")
        grid.filter("B")
        assert grid.row == 0
        assert grid.row_count == 1
        grid.filter("zzz")
        assert grid.row is None
        await pilot.press("down", "enter", "s", "right", "left", "pagedown")
        grid.filter("")
        await pilot.click(Grid, offset=(10, 0))
        await pilot.click(Grid, offset=(2, 2))


async def test_thousands_of_rows_draw_a_screenful() -> None:
    drawn = 0

    class Counting(Column):
        __slots__ = ()

        def text(self, value: object) -> str:
            nonlocal drawn
            drawn += 1
            return super().text(value)  # type: ignore[arg-type]

    async with Holder().run_test(size=(40, 20)) as pilot:
        grid = pilot.app.query_one(Grid)
        grid.columns = (Counting("name", 8), Counting("n", 6, ".1f"))
        grid.show([(f"row {i}", float(i)) for i in range(5000)])
        await pilot.pause()
        assert 0 < drawn < 2 * 20 * 6
        grid.focus()
        await pilot.press("end")
        assert grid.row == 4999


@pytest.mark.parametrize("keep", [0, 3, 99])
async def test_the_cursor_stays_on_a_kept_row(keep: int) -> None:
    async with Holder().run_test(size=(40, 10)) as pilot:
        grid = pilot.app.query_one(Grid)
        grid.show([(str(i), 1.0) for i in range(5)], keep=keep)
        assert grid.row == (keep if keep < 5 else 0)


async def test_what_the_view_cuts_ends_so_that_it_is_seen_and_a_figure_is_left_out() -> None:
    async with Holder().run_test(size=(20, 6)) as pilot:
        grid = pilot.app.query_one(Grid)
        grid.columns = (Column("name", 8), Column("format", 14), Column("usd", 9, ".2f"))
        grid.show([("H100", "fp8_channel_wise", 1234.5), ("L4", "fp8", 2.5)])
        await pilot.pause()
        first, second = (grid.render_line(y).text for y in (1, 2))
        assert "fp8_channe…" not in first
        assert "…" in first
        assert "fp8" in second
        assert "…" not in second
        grid.focus()
        await pilot.press("right")
        moved = grid.render_line(1).text
        assert moved.startswith("fp8_channel_w…")
        assert "1234" not in moved
        await pilot.press("right")
        assert "1234.50" in grid.render_line(1).text
        await pilot.press("left", "left")
        assert grid.render_line(1).text.startswith("H100")


async def test_columns_that_are_not_seen_are_marked_where_the_view_ends_between_two() -> None:
    async with Holder().run_test(size=(18, 6)) as pilot:
        grid = pilot.app.query_one(Grid)
        grid.columns = (Column("name", 8), Column("usd", 7, ".2f"), Column("what", 9))
        grid.show([("H100", 2.5, "seen aside")])
        await pilot.pause()
        assert grid.render_line(0).text.endswith("usd …")
        await pilot.resize_terminal(22, 6)
        assert grid.render_line(0).text.count("…") == 1
        await pilot.resize_terminal(18, 6)
        grid.focus()
        await pilot.press("right", "right")
        assert grid.render_line(0).text.rstrip().endswith("what")


async def test_columns_that_a_wider_screen_has_room_for_are_drawn_so() -> None:
    async with Holder().run_test(size=(12, 6)) as pilot:
        grid = pilot.app.query_one(Grid)
        grid.show([("a long name of it", 2.5)])
        await pilot.pause()
        await pilot.resize_terminal(60, 6)
        await pilot.pause()
        drawn = grid.render_lines(Region(0, 1, grid.size.width, 1))[0].text
        assert drawn.startswith("a long name of it")
