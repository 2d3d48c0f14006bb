"""Charts: lines and points on linear or logarithmic axes, with the limits that matter."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from math import isfinite
from typing import Any

from rich.text import Text
from textual.app import RenderResult
from textual.widget import Widget

# The palette of [Okabe 2008], for colour blindness; marks distinguish the series without any colour.
COLOURS = ((0, 114, 178), (230, 159, 0), (0, 158, 115), (204, 121, 167), (213, 94, 0), (86, 180, 233), (150, 150, 150))
MARKS = ("o", "x", "+", "*", "#", "@", "%")


@dataclass(frozen=True, slots=True)
class Series:
    """One line or cloud of points; `right`: on a linear axis of its own at the right, from zero."""

    name: str
    x: Sequence[float]
    y: Sequence[float]
    points: bool = False
    right: bool = False


@dataclass(frozen=True, slots=True)
class Picture:
    """What a chart shows; `across` are horizontal limits, `down` vertical ones."""

    title: str
    x: str
    y: str
    series: tuple[Series, ...] = ()
    log_x: bool = False
    log_y: bool = False
    across: tuple[float, ...] = ()
    down: tuple[float, ...] = ()
    top: float | None = None
    notes: tuple[str, ...] = field(default=())


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
        notes = self.picture.notes[: max(0, height - 6)]
        canvas = draw(self.picture, width, height - len(notes))
        return Text("\n").join([canvas, *(Text(note[:width]) for note in notes)])


def draw(picture: Picture, width: int, height: int) -> Text:
    """The picture as text of `width` x `height` cells."""
    series = [_clean(s, picture) for s in picture.series]
    series = [s for s in series if s.x]
    if not series:
        return Text("nothing to draw")
    import plotext

    plt: Any = plotext  # one figure for all: only the event loop draws
    plt.clear_figure()
    plt.theme("clear")
    plt.limit_size(False, False)
    plt.plot_size(width, height)
    plt.title(picture.title)
    plt.xlabel(picture.x)
    plt.ylabel(picture.y)
    if picture.log_x:
        plt.xscale("log")
    if picture.log_y and not all(s.right for s in series):  # a scale without data fails
        plt.yscale("log", yside="left")
    for i, s in enumerate(series):
        paint = plt.scatter if s.points else plt.plot
        mark = MARKS[i % len(MARKS)] if s.points else "braille"
        side = "right" if s.right else "left"
        paint(list(s.x), list(s.y), label=s.name, color=COLOURS[i % len(COLOURS)], marker=mark, yside=side)
    if beside := [y for s in series if s.right for y in s.y]:
        plt.ylim(0.0, max(1.0, *beside), yside="right")
    for y in picture.across:
        if isfinite(y) and (y > 0 or not picture.log_y):
            plt.hline(y, color=COLOURS[4])
    for x in picture.down:
        if isfinite(x) and (x > 0 or not picture.log_x):
            plt.vline(x, color=COLOURS[4])
    if picture.top is not None:
        plt.ylim(None if picture.log_y else 0.0, picture.top)
    return Text.from_ansi(plt.build())


def _clean(s: Series, picture: Picture) -> Series:
    """The finite points, above zero on logarithmic axes."""
    kept = [
        (x, y)
        for x, y in zip(s.x, s.y, strict=True)
        if isfinite(x) and isfinite(y) and (x > 0 or not picture.log_x)
        and (y > 0 or s.right or not picture.log_y) and (picture.top is None or y <= picture.top)
    ]  # fmt: skip
    return replace(s, x=[x for x, _ in kept], y=[y for _, y in kept])
