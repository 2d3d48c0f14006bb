"""Cells of a chart: lines of braille dots over limits over shades, with one colour a cell."""

from __future__ import annotations

from rich.style import Style
from rich.text import Text

# Dots of a cell: two across, four down, and the bit of each in a braille letter.
ACROSS, DOWN = 2, 4
BITS = ((0x01, 0x08), (0x02, 0x10), (0x04, 0x20), (0x40, 0x80))
BRAILLE = 0x2800
SHADE = "░"
Dot = tuple[float, float]


class Canvas:
    """`width` x `height` cells; places are shares of both, from the lower left corner."""

    def __init__(self, width: int, height: int) -> None:
        self.width, self.height = width, height
        self._cells: list[list[tuple[str, Style]]] = [[(" ", Style.null())] * width for _ in range(height)]
        self._bits: dict[tuple[int, int], int] = {}

    def column(self, share: float) -> int:
        return min(self.width - 1, max(0, int(share * self.width)))

    def row(self, share: float) -> int:
        """Counted from the top."""
        return min(self.height - 1, max(0, self.height - 1 - int(share * self.height)))

    def put(self, column: int, row: int, letter: str, style: Style) -> None:
        self._cells[row][column] = (letter, style)

    def shade(self, left: float, right: float, low: float, high: float, style: Style) -> None:
        """A region; what is drawn later stands on it."""
        for row in range(self.row(high), self.row(low) + 1):
            for column in range(self.column(left), self.column(right) + 1):
                self.put(column, row, SHADE, style)

    def down(self, share: float, style: Style) -> None:
        column = self.column(share)
        for row in range(self.height):
            self.put(column, row, "│", style)

    def across(self, share: float, style: Style) -> None:
        row = self.row(share)
        for column in range(self.width):
            self.put(column, row, "┼" if self._cells[row][column][0] == "│" else "─", style)

    def line(self, one: Dot, other: Dot, style: Style) -> None:
        """Dots from one place to another; those off the canvas are left out."""
        (x0, y0), (x1, y1) = (self._dot(place) for place in (one, other))
        steps = max(1, round(max(abs(x1 - x0), abs(y1 - y0))))
        for n in range(steps + 1):
            self._set(round(x0 + (x1 - x0) * n / steps), round(y0 + (y1 - y0) * n / steps), style)

    def _dot(self, place: Dot) -> Dot:
        """In dots; a place far off is put just off the canvas, so that a line has no more steps than can be seen."""
        x, y = (max(-1.0, min(2.0, share)) for share in place)
        return x * (ACROSS * self.width - 1), (1.0 - y) * (DOWN * self.height - 1)

    def _set(self, x: int, y: int, style: Style) -> None:
        if not (0 <= x < ACROSS * self.width and 0 <= y < DOWN * self.height):
            return
        cell = x // ACROSS, y // DOWN
        self._bits[cell] = self._bits.get(cell, 0) | BITS[y % DOWN][x % ACROSS]
        self.put(*cell, chr(BRAILLE + self._bits[cell]), style)

    def mark(self, place: Dot, letter: str, style: Style) -> None:
        """A letter in the cell of a place, where that is on the canvas."""
        if all(0.0 <= share <= 1.0 for share in place):
            self.put(self.column(place[0]), self.row(place[1]), letter, style)

    def lines(self) -> list[Text]:
        """The rows, neighbours of one style together."""
        found = []
        for cells in self._cells:
            text, run, style = Text(no_wrap=True), "", Style.null()
            for letter, own in cells:
                if own != style:
                    text.append(run, style)
                    run, style = "", own
                run += letter
            found.append(text.append(run, style))
        return found
