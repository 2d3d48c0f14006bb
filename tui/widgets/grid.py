"""A table that draws only what is seen: thousands of rows cost no more than a screenful."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import ClassVar

from rich.cells import cell_len, set_cell_size
from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.binding import Binding, BindingType
from textual.message import Message
from textual.reactive import reactive
from textual.strip import Strip
from textual.widget import Widget

from tui.widgets.columns import CUT, Column, GridRow, GridValue, padded, widened


class Grid(Widget, can_focus=True):
    """Rows under fixed columns; sorted by a click on a title or by `s`, filtered by any text.

    It scrolls by itself: a scroll view would lay the whole screen out anew whenever the number of rows changes.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up,k", "move(-1)", "Up", show=False),
        Binding("down,j", "move(1)", "Down", show=False),
        Binding("pageup", "page(-1)", "Page up", show=False),
        Binding("pagedown", "page(1)", "Page down", show=False),
        Binding("home", "move(-1000000)", "First", show=False),
        Binding("end", "move(1000000)", "Last", show=False),
        Binding("left", "aside(-1)", "Left", show=False),
        Binding("right", "aside(1)", "Right", show=False),
        Binding("enter", "choose", "Choose", show=False),
        Binding("s", "sort(1)", "Sort by next", show=False),
        Binding("S", "turn", "Turn order", show=False),
    ]
    COMPONENT_CLASSES: ClassVar[set[str]] = {"grid--head", "grid--cursor", "grid--marked", "grid--odd", "grid--thumb"}
    cursor: reactive[int] = reactive(0)

    @dataclass
    class Highlighted(Message):
        """The cursor stands on a row: its number among those given."""

        grid: Grid
        row: int

    @dataclass
    class Chosen(Message):
        """A row was chosen with enter or a second click."""

        grid: Grid
        row: int

    def __init__(self, columns: Sequence[Column], *, id: str | None = None, before: str = "", empty: str = "") -> None:
        """`before` stands there until rows have come, `empty` where there are none."""
        super().__init__(id=id)
        self.columns = self._fitted = tuple(columns)
        self.marked: frozenset[int] = frozenset()
        self.needle = ""
        self._text, self._empty = before, empty
        self._rows: list[GridRow] = []
        self._shown: list[int] = []
        self._sort, self._down = -1, False
        self._top, self._left = 0, 0

    @property
    def row_count(self) -> int:
        return len(self._shown)

    @property
    def row(self) -> int | None:
        """The number of the row under the cursor, among those given."""
        return self._shown[self.cursor] if self._shown else None

    def show(self, rows: Sequence[GridRow], *, keep: int | None = 0, marked: frozenset[int] = frozenset()) -> None:
        """Take new rows; the cursor goes to row `keep` of them."""
        self._rows, self.marked = list(rows), marked
        self._text = "" if rows else self._empty
        self._fit_columns()
        self._arrange()
        if keep is not None:
            self.cursor = self._shown.index(keep) if keep in self._shown else 0
        self.cursor = min(self.cursor, max(0, len(self._shown) - 1))
        self.refresh()

    def mark(self, rows: frozenset[int]) -> None:
        self.marked = rows
        self.refresh()

    def filter(self, text: str) -> None:
        """Show only rows that hold every word of the text."""
        self.needle = text
        self._arrange()
        self.cursor = 0
        self.refresh()
        self._tell()

    def _arrange(self) -> None:
        words = self.needle.lower().split()
        shown = [i for i, row in enumerate(self._rows) if not words or _holds(row, words)]
        if self._sort >= 0:
            shown.sort(key=lambda i: _order(self._rows[i][self._sort]), reverse=self._down)
        self._shown = shown
        self._follow()

    @property
    def _page(self) -> int:
        """Rows that are seen at once."""
        return max(1, self.size.height - 1)

    def _follow(self) -> None:
        """Scroll no further than it takes to see the cursor."""
        last = max(0, len(self._shown) - self._page)
        self._top = min(max(self._top, self.cursor - self._page + 1, 0), self.cursor, max(last, 0))

    def watch_cursor(self) -> None:
        self._follow()
        self.refresh()

    def on_resize(self) -> None:
        """The new size was drawn before this, with columns as they were."""
        self._fit_columns()
        self._follow()
        self.refresh()

    def _fit_columns(self) -> None:
        self._fitted = widened(self.columns, self._rows, self.size.width - 1)

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        self._scroll(event, 3)

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        self._scroll(event, -3)

    def _scroll(self, event: events.MouseEvent, by: int) -> None:
        event.stop()
        self._top = min(max(0, self._top + by), max(0, len(self._shown) - self._page))
        self.refresh()

    def action_aside(self, by: int) -> None:
        """Scroll to the next column, or the one before: each begins at the edge."""
        there = [x for x in self._starts() if (x > self._left if by > 0 else x < self._left)]
        self._left = min((there[0] if by > 0 else there[-1]) if there else self._left, self._last_left())
        self.refresh()

    def _last_left(self) -> int:
        """How far aside it takes to see the last column."""
        starts = self._starts()
        return next((x for x in starts if x + self.size.width - 1 >= starts[-1] + self._fitted[-1].width), starts[-1])

    def _starts(self) -> list[int]:
        """Where each column begins."""
        return [sum(column.width + 1 for column in self._fitted[:i]) for i in range(len(self._fitted))]

    def _whole(self, texts: Iterable[str]) -> str:
        """The cells of a line: of one that the view cuts a text ends so that it is seen, and a figure is left out."""
        edge, kept = self._left + self.size.width - 1, list[str]()
        for start, column, text in zip(self._starts(), self._fitted, texts, strict=False):
            if self._left < start < edge < start + cell_len(text.rstrip()):
                seen = "" if column.form else set_cell_size(text, edge - start - 1)
                text = padded(f"{seen}{CUT}", column.width)
            kept.append(text)
        return " ".join(kept)

    def action_move(self, by: int) -> None:
        before = self.cursor
        self.cursor = min(max(0, self.cursor + by), max(0, len(self._shown) - 1))
        if self.cursor != before:
            self._tell()

    def action_page(self, by: int) -> None:
        self.action_move(by * max(1, self._page - 1))

    def action_choose(self) -> None:
        if self.row is not None:
            self.post_message(self.Chosen(self, self.row))

    def action_sort(self, by: int) -> None:
        self._sort_by((self._sort + 1 + by) % (len(self._fitted) + 1) - 1)

    def action_turn(self) -> None:
        self._down = not self._down
        self._sort_by(self._sort)

    def _sort_by(self, column: int) -> None:
        kept = self.row
        self._sort = column
        self._arrange()
        self.cursor = self._shown.index(kept) if kept in self._shown else 0
        self.refresh()

    def _tell(self) -> None:
        if self.row is not None:
            self.post_message(self.Highlighted(self, self.row))

    def on_click(self, event: events.Click) -> None:
        if event.y == 0:
            column = self._column_at(event.x + self._left)
            if column is not None:
                self._down = not self._down if column == self._sort else False
                self._sort_by(column)
            return
        line = event.y - 1 + self._top
        if line < len(self._shown):
            again = line == self.cursor
            self.cursor = line
            self._tell()
            if again:
                self.action_choose()

    def _column_at(self, x: int) -> int | None:
        edge = 0
        for i, column in enumerate(self._fitted):
            edge += column.width + 1
            if x < edge:
                return i
        return None

    def render_line(self, y: int) -> Strip:
        width = self.size.width
        if y == 0:
            style = self._style("grid--head")
            head = self._fit(self._head(), width - 1, style)
            more = self._left < self._last_left() and not head.text.rstrip().endswith(CUT)
            return Strip([*head, Segment(CUT if more else " ", style)], width)
        line = y - 1 + self._top
        if line >= len(self._shown):
            text = self._word() if not self._shown and y == 1 else ""
            return Strip([Segment(set_cell_size(text, width), self.rich_style)], width)
        number = self._shown[line]
        style = self._row_style(line, number)
        texts = (c.text(v) for c, v in zip(self._fitted, self._rows[number], strict=False))
        body = self._fit(Strip([Segment(self._whole(texts) + " ", style)]), width - 1, style)
        return Strip([*body, self._thumb(y - 1)], width)

    def _word(self) -> str:
        """What stands where no row does."""
        return "no row holds every word of the filter" if self._rows else self._text

    def _fit(self, strip: Strip, width: int, style: Style) -> Strip:
        return strip.crop(self._left, self._left + width).extend_cell_length(width, style)

    def _thumb(self, y: int) -> Segment:
        """The cell of the scroll bar beside a line."""
        if len(self._shown) <= self._page:
            return Segment(" ", self.rich_style)
        share = self._page / len(self._shown)
        first = round(self._top * share)
        seen = first <= y <= first + max(0, round(self._page * share) - 1)
        return Segment("▐" if seen else " ", self._style("grid--thumb"))

    def _head(self) -> Strip:
        titles = []
        for i, column in enumerate(self._fitted):
            arrow = ("▾" if self._down else "▴") if i == self._sort else ""
            title = (column.title + arrow)[: column.width]
            titles.append(title.rjust(column.width) if column.form else title.ljust(column.width))
        return Strip([Segment(self._whole(titles) + " ", self._style("grid--head"))])

    def _row_style(self, line: int, number: int) -> Style:
        if line == self.cursor:
            return self._style("grid--cursor")
        if number in self.marked:
            return self._style("grid--marked")
        return self._style("grid--odd") if line % 2 else self.rich_style

    def _style(self, name: str) -> Style:
        return self.get_component_rich_style(name)


def _holds(row: GridRow, words: Sequence[str]) -> bool:
    text = " ".join(str(value).lower() for value in row)
    return all(word in text for word in words)


def _order(value: GridValue) -> tuple[int, float, str]:
    """Numbers before texts, nothing last."""
    if value is None:
        return 2, 0.0, ""
    if isinstance(value, int | float):
        return 0, float(value), ""
    return 1, 0.0, value.lower()
