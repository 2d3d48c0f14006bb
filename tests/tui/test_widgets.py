"""Bars, charts, matches: text of the right size from any figures."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from planner.answers import StepAnswer, TermTime
from tui.widgets.chart import Picture, Series, draw
from tui.widgets.matches import best
from tui.widgets.memory_bar import bar, cells
from tui.widgets.steps import bars


@pytest.mark.parametrize("width", [20, 61, 200])
def test_the_bar_fills_its_width(width: int) -> None:
    parts = [("weights", 40.0), ("kv_cache", 30.0), ("activation", 0.01), ("free", 9.0)]
    counts = cells(parts, 79.01, width)
    assert sum(counts) == width
    assert all(counts)
    assert len(bar(parts, 79.01, width).plain.split("\n")[0]) == width


def test_the_longest_operator_has_the_longest_bar() -> None:
    terms = [
        TermTime(name=name, ms=ms, compute_ms=0, bandwidth_ms=ms, fixed_ms=0, binds="bandwidth")
        for name, ms in (("linear", 8.0), ("host", 2.0))
    ]
    title, *lines = bars("decode", StepAnswer(total_ms=10.0, terms=terms), 80)
    assert "10.00 ms" in title.plain
    lengths = [line.plain.count("█") for line in lines]
    assert lengths[0] == 4 * lengths[1]
    assert all(len(line.plain) <= 80 for line in lines)


values = st.lists(st.floats(allow_nan=True, allow_infinity=True), min_size=1, max_size=8)


@settings(deadline=None)
@given(values, values, st.booleans(), st.booleans(), st.booleans())
def test_any_figures_make_a_picture(x: list[float], y: list[float], log_x: bool, log_y: bool, points: bool) -> None:
    n = min(len(x), len(y))
    small = [[v if abs(v) < 1e12 else float("nan") for v in column[:n]] for column in (x, y)]
    picture = Picture(
        "t", "x", "y", (Series("s", *small, points),), log_x=log_x, log_y=log_y, down=(1.0,), across=(2.0,)
    )
    assert draw(picture, 60, 15).plain


def test_a_picture_is_as_wide_as_asked() -> None:
    picture = Picture("t", "x", "y", (Series("s", [1.0, 2.0], [1.0, 3.0]),))
    lines = draw(picture, 150, 20).plain.splitlines()
    assert max(map(len, lines)) == 150


def test_letters_in_order_find_a_model() -> None:
    names = ["meta-llama/Llama-3.3-70B-Instruct", "Qwen/Qwen3-32B", "openai/gpt-oss-120b"]
    assert best(names, "lla70")[0] == names[0]
    assert best(names, "qw32")[0] == names[1]
    assert best(names, "zzzz") == []
