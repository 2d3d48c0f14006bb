"""Nothing that is drawn steers the terminal: names of others may hold characters that do."""

from __future__ import annotations

from rich.cells import cell_len
from rich.segment import Segment
from textual.color import Color
from textual.filter import LineFilter


class Inert(LineFilter):
    """Takes out what cannot be printed."""

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:
        if all(text.isprintable() for text, _, _ in segments):
            return segments
        return [Segment("".join(map(_room, text)), style, control) for text, style, control in segments]


def _room(letter: str) -> str:
    """A letter, or as many spaces as it takes; most that cannot be printed take none."""
    return letter if letter.isprintable() else " " * cell_len(letter)
