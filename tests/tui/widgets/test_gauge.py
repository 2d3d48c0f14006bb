from __future__ import annotations

import pytest

from tui.widgets.gauge import BREAKS, FITS, FREE, NEAR, Gauge


@pytest.mark.parametrize(("value", "limit", "state"), [
    (0.5, 1.0, FITS), (0.86, 1.0, NEAR), (1.0, 1.0, NEAR), (1.01, 1.0, BREAKS), (float("inf"), 1.0, BREAKS),
    (float("nan"), 1.0, BREAKS), (5.0, None, FREE),
])  # fmt: skip
def test_the_word_needs_no_colour(value: float, limit: float | None, state: str) -> None:
    assert Gauge(value, limit).state == state


@pytest.mark.parametrize("width", [3, 10, 40])
def test_the_bar_is_as_wide_as_asked_and_marks_the_limit(width: int) -> None:
    bar = Gauge(0.5, 1.0, 0.3, 0.8).bar(width)
    assert len(bar) == width
    assert bar.count("┃") == 1
    assert len(Gauge(float("inf"), 1.0).bar(width)) == width
    assert Gauge(0.0).bar(width) == ""
