"""A picture as text: title and legend, the chart between its axes, and their figures."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from itertools import pairwise

from rich.style import Style
from rich.text import Text

from planner.frozen import dataclass
from tui.plot.canvas import Canvas
from tui.plot.legend import entries, mark_of, tone_of, wrapped
from tui.plot.picture import Axis, Band, Limit, Picture
from tui.plot.scale import Scale, scale_of, si

# Cells between two figures on the axis below, rows between two beside it.
APART, ROWS_APART = 11, 3
# Rows of the axis below: its line, its figures with its name.
BELOW = 2
# Marks on a line, so that it can be told apart without colour.
MARKED = 3
# Rows of the chart that the legend leaves at least, where it has a line.
ROWS = 4


@dataclass(frozen=True, slots=True)
class Ink:
    """Styles of series, limits and what lies beyond them, and axes."""

    series: tuple[Style, ...]
    limit: Style
    beyond: Style
    axis: Style


def draw(picture: Picture, width: int, height: int, ink: Ink) -> Text:
    """The picture in `width` x `height` cells."""
    shown = picture.clean()
    if not shown.series:
        return Text("nothing to draw")
    title = [Text(shown.title, style="bold")] if shown.title else []
    head = wrapped([*title, *entries(shown, ink.series, ink.limit)], width, max(1, height - BELOW - ROWS))
    for line in head:
        line.truncate(width, overflow="ellipsis")
    rows = max(2, height - len(head) - BELOW)
    return Text("\n").join([*head, *_framed(shown, width, rows, ink)])


def _framed(p: Picture, width: int, rows: int, ink: Ink) -> list[Text]:
    """The canvas with figures at its left, right and below."""
    across = scale_of(p.x, (x for s in p.series for x in s.x), p.down)
    left = scale_of(p.y, p.values(right=False), p.across)
    right = scale_of(p.right, p.values(right=True)) if any(s.right for s in p.series) else None
    figures = _figures(p.y, left, rows) if any(not s.right for s in p.series) else {}
    others = _figures(p.right, right, rows) if right is not None else {}
    before = max((len(text) for text in figures.values()), default=0)
    after = max((len(text) for text in others.values()), default=-1) + 1
    canvas = Canvas(max(4, width - before - 1 - after), rows)
    _paint(canvas, p, across, left, right, ink)
    lines = []
    for row, line in enumerate(canvas.lines()):
        text = Text(f"{figures.get(row, ''):>{before}}{'┤' if row in figures else '│'}", style=ink.axis, no_wrap=True)
        text.append_text(line)
        lines.append(text.append(f" {others[row]}", style=ink.axis) if row in others else text)
    return [*lines, *_below(p.x, across, canvas.width, before, ink)]


def _figures(axis: Axis, scale: Scale, rows: int) -> dict[int, str]:
    """By row from the top; the lowest of two in one row."""
    ticks = scale.ticks(max(2, rows // ROWS_APART))
    place = Canvas(1, rows)
    return {place.row(scale.share(tick)): si(tick, axis.unit) for tick in reversed(ticks)}


def _below(axis: Axis, scale: Scale, width: int, before: int, ink: Ink) -> list[Text]:
    """The line of the axis with its name at its end, then its figures."""
    place = Canvas(width, 1)
    ticks = [(float(n), name) for n, name in enumerate(axis.names)]
    ticks = ticks or [(tick, si(tick, axis.unit)) for tick in scale.ticks(max(2, width // APART))]
    line, figures = ["─"] * width, ""
    for value, text in ticks:
        column = place.column(scale.share(value))
        line[column] = "┬"
        begin = max(0, min(column - len(text) // 2, width - len(text)))
        if begin >= len(figures) + bool(figures):
            figures = f"{figures:<{begin}}{text}"
    name = f" {axis.name}"[: width // 2] if axis.name else ""
    drawn = "".join(line)[: width - len(name)] + name
    pad = " " * before
    return [Text(f"{pad}└{drawn}", style=ink.axis), Text(f"{pad} {figures[:width]}", style=ink.axis)]


def _paint(canvas: Canvas, p: Picture, across: Scale, left: Scale, right: Scale | None, ink: Ink) -> None:
    """Shades first, then limits, then lines, and marks last."""
    for limit in p.down:
        _breach(canvas, across, limit, ink.beyond, sideways=False)
    for limit in p.across:
        _breach(canvas, left, limit, ink.beyond, sideways=True)
    for band in p.bands:
        _band(canvas, band, across, left, ink.series[0])
    for limit in p.down:
        if 0.0 <= (share := across.share(limit.at)) <= 1.0:
            canvas.down(share, ink.limit)
    for limit in p.across:
        if 0.0 <= (share := left.share(limit.at)) <= 1.0:
            canvas.across(share, ink.limit)
    placed = []
    for n, s in enumerate(p.series):
        scale = right if s.right and right is not None else left
        placed.append([(across.share(x), scale.share(y)) for x, y in zip(s.x, s.y, strict=True)])
        if not s.points:
            for one, other in pairwise([*placed[n][:1], *placed[n]]):
                canvas.line(one, other, tone_of(s, n, ink.series))
    for n, s in enumerate(p.series):
        for place in placed[n] if s.points else _spots(placed[n], marked=len(p.series) > 1 and s.mark != ""):
            canvas.mark(place, mark_of(s, n), tone_of(s, n, ink.series))


def _spots(placed: Sequence[tuple[float, float]], *, marked: bool) -> list[tuple[float, float]]:
    """Where a line carries its mark; a line that is alone needs none."""
    if not marked or len(placed) < MARKED:
        return list(placed) if marked else []
    return [placed[round(n * (len(placed) - 1) / (MARKED + 1))] for n in range(1, MARKED + 1)]


def _breach(canvas: Canvas, scale: Scale, limit: Limit, style: Style, *, sideways: bool) -> None:
    share = scale.share(limit.at)
    if not limit.breach or not 0.0 <= share <= 1.0:
        return
    low, high = (share, 1.0) if limit.breach == "above" else (0.0, share)
    canvas.shade(0.0, 1.0, low, high, style) if sideways else canvas.shade(low, high, 0.0, 1.0, style)


def _band(canvas: Canvas, band: Band, across: Scale, left: Scale, style: Style) -> None:
    """Column by column, between the two lines."""
    places = [across.share(x) for x in band.x]
    for column in range(canvas.width):
        at = (column + 0.5) / canvas.width
        if places[0] <= at <= places[-1]:
            low, high = (left.share(_between(places, ends, at)) for ends in (band.low, band.high))
            canvas.shade(at, at, max(0.0, low), min(1.0, high), style)


def _between(places: Sequence[float], values: Sequence[float], at: float) -> float:
    """Linear between two neighbours."""
    n = min(max(1, bisect_left(places, at)), len(places) - 1)
    width = places[n] - places[n - 1]
    share = (at - places[n - 1]) / width if width > 0.0 else 1.0
    return values[n - 1] + share * (values[n] - values[n - 1])
