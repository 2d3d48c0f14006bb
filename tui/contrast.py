"""Every text stands out from its ground: its contrast is 4.5 to 1 at least in any theme [WCAG 2018]."""

from __future__ import annotations

from functools import lru_cache

from rich.color import Color as RichColor
from rich.segment import Segment
from rich.style import Style
from textual.color import BLACK, WHITE, Color
from textual.filter import LineFilter

LEAST = 4.5
# Shares of black or white that are mixed into a text's colour, until it stands out.
STEPS = tuple(n / 20 for n in range(1, 21))


class Contrast(LineFilter):
    """Lightens or darkens what is too close to its ground; colours that the terminal chooses stay."""

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:
        return [
            Segment(text, readable(style, background.rich_color), control) if style and not text.isspace() else segment
            for segment in segments
            for text, style, control in (segment,)
        ]


@lru_cache(4096)
def readable(style: Style, background: RichColor) -> Style:
    """The style with a colour of text that stands out from its ground."""
    ink, ground = style.color, style.bgcolor or background
    if ink is None or ink.triplet is None or ground.triplet is None or style.dim:
        return style
    moved = lifted(Color(*ink.triplet), Color(*ground.triplet))
    return style if moved == Color(*ink.triplet) else style + Style.from_color(moved.rich_color)


def lifted(ink: Color, ground: Color) -> Color:
    """The colour, or the nearest one towards black or white that has the contrast.

    >>> lifted(Color(120, 120, 120), Color(100, 100, 100)) != Color(120, 120, 120)
    True
    >>> lifted(Color(255, 255, 255), Color(0, 0, 0))
    Color(255, 255, 255)
    """
    if contrast(ink, ground) >= LEAST:
        return ink
    end = max((BLACK, WHITE), key=lambda each: contrast(each, ground))
    return next((c for c in (ink.blend(end, share) for share in STEPS) if contrast(c, ground) >= LEAST), end)


def contrast(one: Color, other: Color) -> float:
    """(L1 + 0.05) / (L2 + 0.05) of the relative luminances, the lighter above [WCAG 2018].

    >>> round(contrast(Color(255, 255, 255), Color(0, 0, 0)), 1)
    21.0
    """
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def luminance(color: Color) -> float:
    """The relative luminance of sRGB [WCAG 2018]."""
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in color.normalized]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
