"""A figure against its limit as a bar, with the interval that it lies in; and in a word, for want of colour."""

from __future__ import annotations

from math import isfinite

from planner.frozen import dataclass

FITS, NEAR, BREAKS, FREE = "fits", "near", "breaks", "free"
# From this share of a limit on a figure is near it.
NEAR_SHARE = 0.85
# A bar goes this far beyond its limit at least.
BEYOND = 1.15


@dataclass(frozen=True, slots=True)
class Gauge:
    """A figure, its limit (None: there is none) and its interval, all in one unit."""

    value: float
    limit: float | None = None
    low: float | None = None
    high: float | None = None

    @property
    def state(self) -> str:
        """In a word.

        >>> Gauge(0.5, 1.0).state, Gauge(0.9, 1.0).state, Gauge(1.1, 1.0).state, Gauge(0.5).state
        ('fits', 'near', 'breaks', 'free')
        """
        if self.limit is None:
            return FREE
        if not self.value <= self.limit:
            return BREAKS
        return NEAR if self.value > NEAR_SHARE * self.limit else FITS

    def bar(self, width: int) -> str:
        """The figure in full cells, the rest of its interval shaded, the limit as a line.

        >>> Gauge(0.5, 1.0, 0.4, 0.7).bar(12)
        '█████▒▒···┃·'
        """
        ends = [self.value, self.high or 0.0, BEYOND * (self.limit or 0.0)]
        end = max((e for e in ends if isfinite(e)), default=0.0)
        if end <= 0.0 or width < 3:
            return ""

        def cell(value: float) -> int:
            return width if not isfinite(value) else min(width, round(value / end * width))

        full, high = cell(self.value), cell(self.high or 0.0)
        cells = ["█" if i < full else "▒" if i < high else "·" for i in range(width)]
        if self.limit is not None:
            cells[min(width - 1, cell(self.limit))] = "┃"
        return "".join(cells)
