from __future__ import annotations

import re
from pathlib import Path

import pytest

from planner.errors import InputError
from planner.report.sweep_charts import MARKS, can_draw, charts, draw, terminal

COLUMNS = {
    "traffic.rate_per_s": [1.0, 10.0, 1.0, 10.0], "status": ["feasible", "feasible", "feasible", "error"],
    "gpu": ["L4", "L4", "H100", None], "usd_per_hour": [1.0, 8.0, 2.0, None], "quality_loss_pct": [0.0, 0.4, 0.4, None],
}  # fmt: skip


def test_there_is_a_chart_for_what_differs() -> None:
    cost, quality = charts(COLUMNS)
    assert {series.name: series.y for series in cost.series} == {"L4": [1.0, 8.0], "H100": [2.0]}
    assert cost.log_x
    assert quality.y_label.startswith("loss")


def test_a_chart_goes_into_a_file_or_a_terminal(tmp_path: Path) -> None:
    for name, start in (("a.svg", b"<svg"), ("a.png", b"\x89PNG")):
        can_draw(tmp_path / name)
        draw(COLUMNS, tmp_path / name)
        assert (tmp_path / name).read_bytes().startswith(start)
    assert "Cost by rate" in terminal(charts(COLUMNS)[0])


def test_series_are_told_apart_without_colour() -> None:
    names = [f"GPU {chr(65 + i)}" for i in range(len(MARKS))]
    columns = {
        "traffic.rate_per_s": [1.0, 10.0] * len(names), "status": ["feasible"] * 2 * len(names),
        "gpu": [name for name in names for _ in range(2)],
        "usd_per_hour": [float(i) for i in range(1, 2 * len(names) + 1)],
        "quality_loss_pct": [None] * 2 * len(names),
    }  # fmt: skip
    drawn = re.sub(r"\x1b\[[\d;]*m", "", terminal(charts(columns)[0]))
    marks = [re.search(rf"(\S)\1 {name}", drawn) for name in names]
    assert [mark and mark[1] for mark in marks] == list(MARKS)


def test_nothing_to_draw_is_one_line(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="nothing to draw"):
        draw({**COLUMNS, "status": ["error"] * 4}, tmp_path / "a.svg")
    with pytest.raises(InputError, match=r"\.svg"):
        can_draw(Path("a.pdf"))
