"""From values to places on an axis, and the figures that stand beside it, with SI prefixes [BIPM 2019]."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from math import ceil, floor, isfinite, log10

from planner.frozen import dataclass
from tui.plot.picture import Axis, Limit

PREFIXES = {-12: "p", -9: "n", -6: "µ", -3: "m", 0: "", 3: "k", 6: "M", 9: "G", 12: "T", 15: "P"}
# Units that take no prefix, none above one, none below one.
BARE, SMALL_ONLY, LARGE_ONLY = ("%",), ("s",), ("$",)
STEPS = (1.0, 2.0, 5.0, 10.0)
# A limit stretches a linear axis up to so many times what the data need: beyond, the data would be a flat line.
STRETCH = 4.0
# Values that are no further apart are a single one: a hundredth of such a step is still far from the least number.
LEAST_SPAN = 1e-200
# An axis of a single value goes to both sides by this share.
AROUND = 0.2


@dataclass(frozen=True, slots=True)
class Scale:
    """The ends of an axis; both above zero where it is logarithmic."""

    low: float
    high: float
    log: bool = False

    def share(self, value: float) -> float:
        """Where a value lies between the ends: 0 to 1, or beyond.

        >>> Scale(0.0, 10.0).share(5.0), Scale(1.0, 100.0, log=True).share(10.0)
        (0.5, 0.5)
        """
        if not self.log:
            return (value - self.low) / (self.high - self.low)
        return (log10(value) - log10(self.low)) / (log10(self.high) - log10(self.low))

    def value(self, share: float) -> float:
        """What lies at a share of the way."""
        if not self.log:
            return self.low + share * (self.high - self.low)
        return float(10.0 ** (log10(self.low) + share * (log10(self.high) - log10(self.low))))

    def ticks(self, most: int) -> list[float]:
        """Round values between the ends, at most so many.

        >>> Scale(0.0, 10.0).ticks(6), Scale(1.0, 1000.0, log=True).ticks(4)
        ([0.0, 2.0, 4.0, 6.0, 8.0, 10.0], [1.0, 10.0, 100.0, 1000.0])
        """
        found = self._decades(most) if self.log else []
        return found if len(found) > 1 else self._steps(most)

    def _steps(self, most: int) -> list[float]:
        rough = (self.high - self.low) / max(1, most - 1)
        scale = 10.0 ** floor(log10(rough))
        step = next(s * scale for s in STEPS if s * scale >= rough * (1.0 - 1e-9))
        first, last = ceil(self.low / step - 1e-9), floor(self.high / step + 1e-9)
        return [n * step for n in range(first, last + 1)]

    def _decades(self, most: int) -> list[float]:
        """Powers of ten, with 2 and 5 between where there is room, and every second or third where there is none."""
        first, last = floor(log10(self.low)), ceil(log10(self.high))
        between = [f * 10.0**k for k in range(first, last + 1) for f in STEPS[:3]]
        seen = [v for v in between if self.low * (1 - 1e-9) <= v <= self.high * (1 + 1e-9)]
        if len(seen) <= most:
            return seen
        tens = [v for v in seen if abs(log10(v) - round(log10(v))) < 1e-9]
        return tens[:: max(1, ceil(len(tens) / most))]


def scale_of(axis: Axis, values: Iterable[float], limits: Sequence[Limit] = ()) -> Scale:
    """An axis that shows all values, and the limits that do not press them together."""
    known = list(values)
    low = axis.low if axis.low is not None else min(known, default=1.0)
    high = axis.high if axis.high is not None else max(known, default=low)
    span = high - low
    for at in (limit.at for limit in limits):
        if axis.log or (span and low - STRETCH * span <= at <= high + STRETCH * span):
            low, high = min(low, at), max(high, at)
    if not high - low > LEAST_SPAN:
        return _around(axis, low)
    return Scale(low, high, axis.log)


def _around(axis: Axis, value: float) -> Scale:
    if axis.log:
        return Scale(value * (1.0 - AROUND), value * (1.0 + AROUND), log=True)
    if axis.low is not None:
        return Scale(value, value + 1.0)
    room = AROUND * abs(value) or 1.0
    return Scale(value - room, value + room)


def si(value: float, unit: str = "") -> str:
    """A figure with its prefix and unit.

    >>> si(0.02, "s"), si(1500.0), si(2.5e6, "$"), si(1200.0, "s"), si(95.0, "%"), si(0.0)
    ('20 ms', '1.5k', '$2.5M', '1200 s', '95%', '0')
    """
    power = 0 if not value or not isfinite(value) or unit in BARE else 3 * floor(log10(abs(value)) / 3.0 + 1e-9)
    least, most = (0 if unit in LARGE_ONLY else min(PREFIXES)), (0 if unit in SMALL_ONLY else max(PREFIXES))
    power = max(least, min(most, power))
    figure, prefix = f"{value / 10.0**power:.4g}", PREFIXES[power]
    if unit == "$":
        return f"${figure}{prefix}"
    if unit in ("", *BARE):
        return f"{figure}{prefix}{unit}"
    return f"{figure} {prefix}{unit}"
