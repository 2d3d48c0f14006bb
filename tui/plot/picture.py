"""What a chart shows: series on two axes, bands, and the limits that matter."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import field, replace
from math import isfinite
from typing import Literal

from planner.frozen import dataclass


@dataclass(frozen=True, slots=True)
class Axis:
    """Its name and unit; `low`, `high`: ends that do not come from the data; `names`: of the places 0, 1, 2, ..."""

    name: str
    unit: str = ""
    log: bool = False
    low: float | None = None
    high: float | None = None
    names: tuple[str, ...] = ()

    def takes(self, value: float) -> bool:
        """Whether a value has a place on it."""
        return isfinite(value) and (value > 0.0 or not self.log)


@dataclass(frozen=True, slots=True)
class Series:
    """One line, or a cloud of points; without a name it is not in the legend.

    right: on the axis at the right; mark: its letter instead of the usual one, of a line "" for none; tone: the number
    of its colour instead of the next one.
    """

    name: str
    x: Sequence[float]
    y: Sequence[float]
    points: bool = False
    right: bool = False
    mark: str | None = None
    tone: int | None = None


@dataclass(frozen=True, slots=True)
class Band:
    """What lies between two lines."""

    name: str
    x: Sequence[float]
    low: Sequence[float]
    high: Sequence[float]


@dataclass(frozen=True, slots=True)
class Limit:
    """A line across the chart; `breach`: the side of it that is shaded."""

    at: float
    name: str
    breach: Literal["", "above", "below"] = ""


@dataclass(frozen=True, slots=True)
class Picture:
    """`across` are limits on the y axis, `down` on the x axis; `notes` stand below."""

    title: str
    x: Axis
    y: Axis
    series: tuple[Series, ...] = ()
    bands: tuple[Band, ...] = ()
    across: tuple[Limit, ...] = ()
    down: tuple[Limit, ...] = ()
    right: Axis = field(default=Axis("", low=0.0))
    notes: tuple[str, ...] = ()

    def axis_of(self, series: Series) -> Axis:
        """The vertical axis of a series."""
        return self.right if series.right else self.y

    def clean(self) -> Picture:
        """Only points and limits that have a place on their axes, in series and bands that have any."""
        series = (replace(s, x=x, y=y) for s in self.series for x, y in [self._kept(s)] if x)
        bands = (b for b in self.bands if len(b.x) > 1 and all(map(self._on_chart, b.x, b.low)))
        across = tuple(limit for limit in self.across if self.y.takes(limit.at))
        down = tuple(limit for limit in self.down if self.x.takes(limit.at))
        return replace(self, series=tuple(series), bands=tuple(bands), across=across, down=down)

    def _on_chart(self, x: float, y: float) -> bool:
        return self.x.takes(x) and self.y.takes(y)

    def _kept(self, s: Series) -> tuple[list[float], list[float]]:
        axis = self.axis_of(s)
        kept = [(x, y) for x, y in zip(s.x, s.y, strict=True) if self.x.takes(x) and axis.takes(y)]
        return [x for x, _ in kept], [y for _, y in kept]

    def values(self, *, right: bool) -> Iterator[float]:
        """What one vertical axis has to reach."""
        for s in self.series:
            if s.right == right:
                yield from s.y
        if not right:
            for band in self.bands:
                yield from (v for v in (*band.low, *band.high) if self.y.takes(v))
