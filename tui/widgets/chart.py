"""The one chart of the interface: a picture in the colours of the theme."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from rich.style import Style
from rich.text import Text
from textual.app import RenderResult
from textual.color import Color
from textual.widget import Widget

from tui.plot.drawn import Ink, draw
from tui.plot.picture import Picture
from tui.widgets.columns import shortened

# What a theme calls its colours, but those that say that something is wrong; then the palette of [Okabe 2008].
OF_THEME = ("primary", "accent", "success", "secondary")
# Rows that notes leave to the chart, its title and its axis.
ROWS = 8
OKABE = ("#CC79A7", "#56B4E9", "#E69F00", "#009E73", "#0072B2")


class Chart(Widget):
    """Draws a picture as wide and high as the widget is; nothing where there is nothing to draw."""

    def __init__(self, *, id: str | None = None, before: str = "", empty: str = "nothing to draw") -> None:
        """`before` stands there until there is a picture, `empty` where it holds nothing."""
        super().__init__(id=id)
        self.picture: Picture | None = None
        self._before, self._empty = before, empty

    def show(self, picture: Picture | None) -> None:
        self.picture = picture
        self.refresh()

    def render(self) -> RenderResult:
        width, height = self.size
        if self.picture is None or width < 20 or height < 5:
            return Text(self._before)
        if not any(s.x for s in self.picture.series):
            return Text(self._empty)
        notes = held(self.picture.notes, width, max(0, height - ROWS))
        canvas = draw(self.picture, width, height - len(notes), ink_of(self.app.theme_variables))
        return Text("\n").join([canvas, *map(Text, notes)])


def held(notes: Sequence[str], width: int, most: int) -> list[str]:
    """Notes in so many lines, what is cut with a mark; what they do not hold is counted.

    >>> held(["prefill: 60 % of bf16", "decode: 80 % of the bandwidth"], 32, 1)
    ['prefill: 60 % of bf16 and 1 more']
    """
    shown, left = list(notes[:most]), len(notes) - most
    more = f" and {left} more" if shown and left > 0 else ""
    ends = [""] * (len(shown) - 1) + [more]
    return [shortened(note, width - len(end)) + end for note, end in zip(shown, ends, strict=False)]


def ink_of(theme: Mapping[str, str]) -> Ink:
    """Each series in a colour of its own; limits in the one that says that something is wrong."""
    error = rich_of(theme["error"])
    named = [theme[name] for name in OF_THEME if theme[name] != theme["error"]]
    series = dict.fromkeys(rich_of(colour) for colour in (*named, *OKABE))
    return Ink(tuple(series), error, error + Style(dim=True), Style(dim=True))


def rich_of(colour: str) -> Style:
    """A colour of a theme as a style; those that the terminal chooses stay."""
    return Style.from_color(Color.parse(colour).rich_color)
