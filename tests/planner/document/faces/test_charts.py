"""Charts: the same bytes whatever the user has set, ids of their own, texts without formulas."""

from __future__ import annotations

import re

import matplotlib as mpl
import pytest

from planner.document.faces.charts import font_folder, svg_of, tick
from planner.document.record import ChartSeries, Report, ReportChart

CHART = ReportChart(
    key="c", title="t", alt="a chart", shape="lines", x_label="$x^2$ <b>", y_label="y", log_y=True, method="m",
    series=[ChartSeries(name="$a$", x=[1.0, 2.0], y=[1.0, None]), ChartSeries(name="b", x=[1.0, 2.0], y=[3.0, 4.0])],
)  # fmt: skip


def test_a_chart_has_the_same_bytes_whatever_the_user_has_set() -> None:
    first = svg_of(CHART, 1)
    with mpl.rc_context({"font.size": 30.0, "svg.fonttype": "none", "axes.facecolor": "red"}):
        assert svg_of(CHART, 1) == first
    assert mpl.rcParams["svg.hashsalt"] is None


def test_ids_of_two_charts_differ_and_every_reference_has_its_id() -> None:
    one, two = svg_of(CHART, 1), svg_of(CHART, 2)
    ids = [set(re.findall(r'\bid="([^"]+)"', svg)) for svg in (one, two)]
    assert not ids[0] & ids[1]
    used = set(re.findall(r'(?:url\(#|href="#)([^")]+)', one))
    assert used
    assert used <= ids[0]


def test_no_chart_has_a_script_a_date_or_a_link(charts: dict[str, str], made: Report) -> None:
    shapes = {block.shape for block in made.blocks() if isinstance(block, ReportChart)}
    assert shapes == {"lines", "points", "stacked", "tornado"}
    for svg in charts.values():
        assert "<script" not in svg
        assert "http" not in re.sub(r'xmlns(:\w+)?="[^"]+"|<metadata>.*?</metadata>', "", svg, flags=re.DOTALL)
        assert "<dc:date>" not in svg


def test_the_font_comes_with_the_library() -> None:
    assert (font_folder() / "DejaVuSans.ttf").is_file()


@pytest.mark.parametrize(("value", "text"), [(999.0, "999"), (1e12, "1T"), (-0.5, "-0.5")])
def test_ticks_are_short(value: float, text: str) -> None:
    assert tick(value) == text
