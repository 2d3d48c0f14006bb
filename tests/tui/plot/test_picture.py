from __future__ import annotations

from math import inf, nan

from tui.plot.picture import Axis, Band, Limit, Picture, Series


def test_what_has_no_place_is_left_out() -> None:
    picture = Picture(
        "t", Axis("x", log=True), Axis("y"),
        (Series("some", [0.0, 1.0, 2.0, inf], [1.0, nan, 3.0, 4.0]), Series("none", [-1.0], [1.0])),
        bands=(Band("whole", [1.0, 2.0], [0.0, 0.0], [1.0, 1.0]), Band("broken", [0.0, 2.0], [0.0, 0.0], [1.0, 1.0])),
        across=(Limit(inf, "none"), Limit(-1.0, "low")), down=(Limit(0.0, "none"), Limit(3.0, "right")),
    ).clean()  # fmt: skip
    assert [(s.name, s.x, s.y) for s in picture.series] == [("some", [2.0], [3.0])]
    assert [band.name for band in picture.bands] == ["whole"]
    assert ([limit.name for limit in picture.across], [limit.name for limit in picture.down]) == (["low"], ["right"])


def test_each_axis_reaches_its_own_series() -> None:
    picture = Picture(
        "t", Axis("x"), Axis("y"), (Series("a", [1.0], [2.0]), Series("b", [1.0], [9.0], right=True)),
        bands=(Band("c", [0.0, 1.0], [1.0, 1.0], [3.0, 3.0]),),
    )  # fmt: skip
    assert sorted(picture.values(right=False)) == [1.0, 1.0, 2.0, 3.0, 3.0]
    assert list(picture.values(right=True)) == [9.0]
    assert picture.axis_of(picture.series[1]) is picture.right
