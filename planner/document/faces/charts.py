"""Charts as SVG: the same bytes from the same data on every machine, without a script or a font from elsewhere."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from math import isfinite
from pathlib import Path
from typing import TYPE_CHECKING, Any

from planner.document.extra import needed
from planner.document.record import ReportChart
from planner.words import inert

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

ACCENT, INK, SOFT, FAINT = "#0b5394", "#222222", "#6b6b6b", "#d9d9d9"
# The first line is the accent; others differ by shade and by dashes, so that a print in grey tells them apart.
LINES = (
    (ACCENT, "-"), ("#444444", "--"), ("#8a8a8a", "-"), ("#444444", ":"), ("#8a8a8a", "-."), ("#b0b0b0", "-"),
    ("#b0b0b0", "--"), ("#222222", (0, (5, 1, 1, 1))),
)  # fmt: skip
PARTS = (ACCENT, "#5f93c4", "#9fc0de", "#c9c9c9", "#a3a3a3", "#7d7d7d", "#e8e8e8")
SALT, WIDTH_IN, LETTERS = "gpuplan", 7.2, 34
SETTINGS = {
    "svg.hashsalt": SALT, "svg.fonttype": "path", "text.parse_math": False, "font.size": 9.0, "axes.edgecolor": SOFT,
    "axes.labelcolor": INK, "axes.spines.top": False, "axes.spines.right": False, "xtick.color": SOFT,
    "ytick.color": SOFT, "axes.grid": True, "grid.color": FAINT, "grid.linewidth": 0.6, "axes.axisbelow": True,
}  # fmt: skip


def svg_of(chart: ReportChart, number: int) -> str:
    """One chart as an SVG element; `number` keeps its ids apart from those of other charts on the same page."""
    with _plain():
        figure = _figure(chart)
        out = io.BytesIO()
        figure.savefig(out, format="svg", metadata={"Date": None, "Creator": None, "Format": None, "Type": None})
    text = out.getvalue().decode("utf-8")
    return _own_ids(text[text.index("<svg") :], f"c{number}")


def png_of(chart: ReportChart) -> bytes:
    """One chart as a picture of points, the same bytes from the same data."""
    with _plain():
        out = io.BytesIO()
        _figure(chart).savefig(out, format="png", dpi=150, metadata={"Software": None})
    return out.getvalue()


@contextmanager
def _plain() -> Iterator[None]:
    """The library as it is shipped, whatever the user has set it to."""
    matplotlib: Any = needed("matplotlib")
    with matplotlib.rc_context():
        matplotlib.rcdefaults()
        matplotlib.rcParams.update(SETTINGS)
        yield


def load() -> None:
    """Import what charts are drawn with, some tenths of a second, before they are. Raises InputError."""
    needed("matplotlib")
    for name in ("backends.backend_svg", "figure", "font_manager", "text", "ticker"):
        import_module(f"matplotlib.{name}")


def font_folder() -> Path:
    """Where the fonts are that come with the library."""
    matplotlib: Any = needed("matplotlib")
    return Path(matplotlib.get_data_path()) / "fonts" / "ttf"


def _figure(chart: ReportChart) -> Figure:
    from matplotlib.backends.backend_svg import FigureCanvasSVG
    from matplotlib.figure import Figure

    bars = len(chart.labels)
    height = {"stacked": 1.5, "tornado": 0.9 + 0.28 * bars}.get(chart.shape, 3.0)
    figure = Figure(figsize=(WIDTH_IN, height), layout="constrained")
    FigureCanvasSVG(figure)
    axes = figure.add_subplot()
    {"lines": _lines, "points": _points, "stacked": _stacked, "tornado": _tornado}[chart.shape](axes, chart)
    axes.set_xlabel(_short(chart.x_label))
    if chart.y_label:
        axes.set_ylabel(_short(chart.y_label))
    _fonts(figure)
    return figure


def _fonts(figure: Figure) -> None:
    """The font that comes with the library, by its file: another of that name may be installed."""
    from matplotlib.font_manager import FontProperties
    from matplotlib.text import Text

    figure.draw_without_rendering()
    # What was laid out stays: laying it out again would take as long as all the rest.
    figure.set_layout_engine("none")
    for text in figure.findobj(Text):
        size = text.get_fontsize()
        text.set_fontproperties(FontProperties(fname=str(font_folder() / "DejaVuSans.ttf"), size=size))


def _short(text: str) -> str:
    plain = inert(text)
    return plain if len(plain) <= LETTERS else f"{plain[: LETTERS - 1]}…"


def _scaled(axes: Axes, chart: ReportChart) -> None:
    """Scales, and ticks in whole words: 10k, 2M."""
    from matplotlib.ticker import FuncFormatter, NullLocator

    for axis, log in ((axes.xaxis, chart.log_x), (axes.yaxis, chart.log_y)):
        if log:
            getattr(axes, f"set_{axis.axis_name}scale")("log")
            axis.set_minor_locator(NullLocator())
        axis.set_major_formatter(FuncFormatter(lambda value, _: tick(value)))


def tick(value: float) -> str:
    """A figure at an axis.

    >>> tick(0), tick(25_000), tick(1.5e6), tick(2e10), tick(0.05), tick(-12_000)
    ('0', '25k', '1.5M', '20B', '0.05', '-12k')
    """
    for size, letter in ((1e12, "T"), (1e9, "B"), (1e6, "M"), (1e3, "k")):
        if abs(value) >= size:
            return f"{value / size:.3g}{letter}"
    return f"{value:.3g}"


def _lines(axes: Axes, chart: ReportChart) -> None:
    _scaled(axes, chart)
    for series, (color, style) in zip(chart.series, LINES * 4, strict=False):
        gaps = [float("nan") if y is None else y for y in series.y]
        width = 2.2 if color == ACCENT else 1.5
        axes.plot(series.x, gaps, color=color, linestyle=style, linewidth=width, label=_short(series.name))
    _marks(axes, chart)
    if not chart.log_y:
        axes.set_ylim(bottom=0)
    _legend(axes, chart)


def _marks(axes: Axes, chart: ReportChart) -> None:
    """Straight lines with their names beside them."""
    for mark in chart.marks:
        if not isfinite(mark.value):
            continue
        if mark.axis == "x":
            axes.axvline(mark.value, color=SOFT, linewidth=1.0, linestyle=(0, (4, 3)))
            axes.annotate(
                _short(mark.label), (mark.value, 1.0), xycoords=("data", "axes fraction"), xytext=(3, -9),
                textcoords="offset points", color=SOFT, fontsize=8,
            )  # fmt: skip
        else:
            axes.axhline(mark.value, color=SOFT, linewidth=1.0, linestyle=(0, (1, 2)))
            axes.annotate(
                _short(mark.label), (0.0, mark.value), xycoords=("axes fraction", "data"), xytext=(3, 3),
                textcoords="offset points", color=SOFT, fontsize=8,
            )  # fmt: skip


def _legend(axes: Axes, chart: ReportChart) -> None:
    if len(chart.series) > 1:
        axes.legend(
            frameon=False, fontsize=8, loc="upper left", bbox_to_anchor=(1.0, 1.0), borderaxespad=0.2, handlelength=2.6
        )


def _points(axes: Axes, chart: ReportChart) -> None:
    _scaled(axes, chart)
    for i, series in enumerate(chart.series):
        last = i == len(chart.series) - 1
        kept = [(x, y) for x, y in zip(series.x, series.y, strict=True) if y is not None]
        if not last or len(chart.series) == 1:
            xs, ys = [x for x, _ in kept], [y for _, y in kept]
            axes.plot(xs, ys, color=SOFT, marker="o", markersize=4, linewidth=1.0, label=_short(series.name))
        else:
            axes.plot(
                [x for x, _ in kept], [y for _, y in kept], color=ACCENT, marker="D", markersize=8, linestyle="none",
                label=_short(series.name),
            )  # fmt: skip
    axes.set_ylim(bottom=0)
    axes.margins(x=0.06)
    _legend(axes, chart)


def _stacked(axes: Axes, chart: ReportChart) -> None:
    _scaled(axes, chart)
    left = [0.0] * len(chart.labels)
    for i, series in enumerate(chart.series):
        values = [y or 0.0 for y in series.y]
        axes.barh(
            range(len(values)), values, left=left, color=PARTS[i % len(PARTS)], edgecolor="white", height=0.6,
            label=_short(series.name),
        )  # fmt: skip
        left = [a + b for a, b in zip(left, values, strict=True)]
    axes.set_yticks(range(len(chart.labels)), [_short(label) for label in chart.labels])
    axes.set_xlim(0, max(left))
    axes.grid(False)
    axes.legend(frameon=False, fontsize=8, loc="upper left", bbox_to_anchor=(1.0, 1.1), borderaxespad=0.2)


def _tornado(axes: Axes, chart: ReportChart) -> None:
    _scaled(axes, chart)
    middle = chart.middle or 0.0
    low, high = (series.y for series in chart.series)
    for i, (a, b) in enumerate(zip(low, high, strict=True)):
        row = len(chart.labels) - 1 - i
        axes.barh(row, (a or 0.0) - middle, left=middle, color=FAINT, height=0.66, label="at low" if not i else None)
        axes.barh(row, (b or 0.0) - middle, left=middle, color=ACCENT, height=0.66, label="at high" if not i else None)
    axes.axvline(middle, color=INK, linewidth=1.0)
    names = [_short(label) for label in reversed(chart.labels)]
    axes.set_yticks(range(len(names)), names)
    axes.grid(False, axis="y")
    axes.legend(frameon=False, fontsize=8, loc="upper left", bbox_to_anchor=(1.0, 1.0), borderaxespad=0.2)


def _own_ids(svg: str, prefix: str) -> str:
    """The same with ids that no other chart of the page has."""
    svg = re.sub(r'\bid="([^"]+)"', rf'id="{prefix}-\1"', svg)
    return re.sub(r'(url\(#|href="#)', rf"\1{prefix}-", svg)
