"""Bars, charts, matches: text of the right size from any figures."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from tui.widgets.chart import Picture, Series, draw

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
