from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui.plot.picture import Axis, Limit
from tui.plot.scale import Scale, scale_of, si


@given(st.floats(-1e9, 1e9), st.floats(1e-6, 1e9), st.integers(2, 20))
def test_ticks_are_round_few_and_between_the_ends(low: float, span: float, most: int) -> None:
    scale = Scale(low, low + span)
    if scale.high - scale.low < 1e-9 * abs(low):
        return
    ticks = scale.ticks(most)
    assert len(ticks) <= most + 1
    assert all(-1e-6 <= scale.share(tick) <= 1 + 1e-6 for tick in ticks)


@pytest.mark.parametrize(("low", "high", "most", "ticks"), [
    (0.01, 10.0, 5, [0.01, 0.1, 1.0, 10.0]), (1.0, 10.0, 5, [1.0, 2.0, 5.0, 10.0]),
    (1.0, 1e6, 4, [1.0, 100.0, 1e4, 1e6]),
    (30.0, 45.0, 5, [30.0, 35.0, 40.0, 45.0]),
])  # fmt: skip
def test_logarithmic_ticks_are_decades_or_their_parts(low: float, high: float, most: int, ticks: list[float]) -> None:
    assert Scale(low, high, log=True).ticks(most) == pytest.approx(ticks)


def test_places_and_values_are_inverse() -> None:
    for scale in (Scale(-3.0, 7.0), Scale(0.01, 100.0, log=True)):
        assert [scale.share(scale.value(s)) for s in (0.0, 0.3, 1.0)] == pytest.approx([0.0, 0.3, 1.0])


def test_an_axis_reaches_limits_unless_they_press_the_data_together() -> None:
    assert scale_of(Axis("x"), [0.0, 10.0], [Limit(20.0, "near")]) == Scale(0.0, 20.0)
    assert scale_of(Axis("x"), [0.0, 10.0], [Limit(2000.0, "far")]) == Scale(0.0, 10.0)
    assert scale_of(Axis("x", log=True), [1.0, 10.0], [Limit(2000.0, "far")]) == Scale(1.0, 2000.0, log=True)
    assert scale_of(Axis("x", low=0.0, high=100.0), [5.0]) == Scale(0.0, 100.0)
    for alone in (
        scale_of(Axis("x"), [5.0]),
        scale_of(Axis("x", log=True), [5.0]),
        scale_of(Axis("x", low=0.0), [0.0]),
    ):
        assert alone.low < alone.high


@pytest.mark.parametrize(("value", "unit", "text"), [
    (0.0, "s", "0 s"), (999.0, "", "999"), (1000.0, "", "1k"), (3.3e-5, "s", "33 µs"), (7200.0, "s", "7200 s"),
    (2.5e12, "B/s", "2.5 TB/s"), (0.05, "$", "$0.05"), (-1500.0, "", "-1.5k"), (12.5, "%", "12.5%"),
])  # fmt: skip
def test_figures_have_si_prefixes(value: float, unit: str, text: str) -> None:
    assert si(value, unit) == text


def test_values_that_hardly_differ_are_one() -> None:
    scale = scale_of(Axis("y"), [0.0, 5e-324])
    assert (scale.low, scale.high) == (-1.0, 1.0)
    assert scale.ticks(3) == [-1.0, 0.0, 1.0]
