"""Draws of a screen what has changed, and dims what is of an older question.

Textual draws every widget within the rectangle around all changes, and finds the styles of all that a panel holds anew
where its opacity changes. `Compositor` has no public face: `tests/tui/test_painting.py` compares both.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from itertools import pairwise
from typing import cast

from rich.segment import Segment
from rich.style import Style
from textual._compositor import ChopsUpdate, Compositor
from textual.color import Color
from textual.dom import DOMNode
from textual.filter import LineFilter
from textual.geometry import Region
from textual.strip import Strip

from tui.contrast import readable
from tui.widgets.stale import STALE

# Of a colour so much stays, the rest is that of its ground.
SHARE = 0.5
# Columns that are to be drawn, from the first to the one after the last, by line.
LineSpans = Mapping[int, Sequence[tuple[int, int]]]


class Dim(LineFilter):
    """Takes colours half way to their ground, and back where a text would not stand out."""

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:
        return [Segment(text, style and dimmed(style), control) for text, style, control in segments]


DIM = Dim()
# What the filter is asked with; it goes by the ground of each text.
GROUND = Color(0, 0, 0)


@lru_cache(4096)
def dimmed(style: Style) -> Style:
    """Colours that the terminal chooses it dims itself."""
    ink, ground = style.color and style.color.triplet, style.bgcolor and style.bgcolor.triplet
    if style.bgcolor is None or ink is None or ground is None:
        return style + Style(dim=True)
    moved = Color(*ground).blend(Color(*ink), SHARE)
    return readable(style + Style.from_color(moved.rich_color), style.bgcolor)


class Painter(Compositor):
    """Of each widget those lines that are to be drawn, and only where no other one lies over them."""

    def render_partial_update(self) -> ChopsUpdate | None:
        spans = list(self._regions_to_spans(self._dirty_regions.copy()))
        self._dirty_regions.clear()
        if not spans:
            return None
        by_line: dict[int, list[tuple[int, int]]] = {}
        for y, x1, x2 in spans:
            by_line.setdefault(y, []).append((x1, x2))
        return ChopsUpdate(self._painted(by_line), spans, [cuts[1:] for cuts in self.cuts])

    def _render_chops(self, crop: Region, is_rendered_line: Callable[[int], bool]) -> Sequence[Mapping[int, Strip]]:
        spans = {y: [crop.column_span] for y in crop.line_range if is_rendered_line(y)}
        return cast(Sequence[Mapping[int, Strip]], self._painted(spans))

    def _painted(self, spans: LineSpans) -> list[dict[int, Strip | None]]:
        """Pieces of every line by the column they begin at: a widget's own where no other one lies over it."""
        cuts = self.cuts
        painted: list[dict[int, Strip | None]] = [dict.fromkeys(line[:-1]) for line in cuts]
        bare = {y: _pieces(cuts[y], spans[y]) for y in spans}
        for widget, (region, clip) in self.visible_widgets.items():
            seen = region.intersection(clip)
            left, right = seen.column_span
            wanted = [y for y in seen.line_range if any(left <= cut < right for cut in bare.get(y, ()))]
            if not wanted:
                continue
            top = wanted[0]
            strips = widget.render_lines(Region(left - region.x, top - region.y, seen.width, wanted[-1] + 1 - top))
            dims = _is_stale(widget)
            for y in wanted:
                strip = strips[y - top].apply_filter(DIM, GROUND) if dims else strips[y - top]
                starts = [cut for cut in cuts[y] if left <= cut <= right]
                for cut, piece in zip(starts[:-1], strip.divide([cut - left for cut in starts[1:]]), strict=False):
                    if cut in bare[y]:
                        painted[y][cut] = piece
                bare[y].difference_update(starts[:-1])
        return painted


def _pieces(cuts: Sequence[int], spans: Sequence[tuple[int, int]]) -> set[int]:
    """Where pieces begin that lie in one of the spans, or reach into it."""
    return {cut for cut, end in pairwise(cuts) if any(x1 < end and x2 > cut for x1, x2 in spans)}


def _is_stale(widget: DOMNode) -> bool:
    return any(node.has_class(STALE) for node in widget.ancestors_with_self)
