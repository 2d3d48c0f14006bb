"""Text of the right size from any figures."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st
from rich.style import Style

from tui.plot.drawn import Ink, draw
from tui.plot.picture import Axis, Band, Limit, Picture, Series

INK = Ink((Style(color="blue"), Style(color="green")), Style(color="red"), Style(dim=True), Style(dim=True))
values = st.lists(st.floats(allow_nan=True, allow_infinity=True), min_size=1, max_size=8)


def lines(picture: Picture, width: int = 60, height: int = 15) -> list[str]:
    return draw(picture, width, height, INK).plain.splitlines()


@settings(deadline=None)
@given(
    values, values, st.booleans(), st.booleans(), st.booleans(), st.booleans(), st.integers(20, 90), st.integers(5, 30)
)
def test_any_figures_make_a_picture(
    x: list[float], y: list[float], log_x: bool, log_y: bool, points: bool, right: bool, width: int, height: int
) -> None:
    n = min(len(x), len(y))
    small = [[v if abs(v) < 1e12 else float("nan") for v in column[:n]] for column in (x, y)]
    picture = Picture(
        "t", Axis("x", "s", log=log_x), Axis("y", log=log_y), (Series("s", *small, points, right),),
        bands=(Band("b", sorted(small[0]), small[1], small[1]),), down=(Limit(1.0, "limit", "above"),),
        across=(Limit(2.0, "", "below"),),
    )  # fmt: skip
    drawn = lines(picture, width, height)
    assert drawn
    assert max(map(len, drawn)) <= width
    assert len(drawn) <= height


def test_figures_have_units_and_what_is_beyond_a_limit_is_shaded() -> None:
    picture = Picture(
        "latency", Axis("TTFT", "s", log=True), Axis("", "%", low=0.0, high=100.0),
        (Series("all", [0.01, 1.0, 10.0], [0.0, 95.0, 100.0]),), down=(Limit(1.0, "limit 1 s", "above"),),
    )  # fmt: skip
    drawn = lines(picture)
    assert drawn[0].split("   ") == ["latency", "o all", "│░ limit 1 s"]
    assert drawn[-2].endswith("─ TTFT")
    assert all(text in drawn[-1] for text in ("10 ms", "100 ms", "1 s"))
    plot = drawn[1:-2]
    column = plot[-1].index("│", 5)
    assert all(row[column] in "│⠀" or row[column] > "⠀" for row in plot)
    assert "░" not in "".join(row[5:column] for row in plot)
    assert "░" in "".join(row[column:] for row in plot)


def test_series_are_told_apart_without_colour_and_the_legend_hides_nothing() -> None:
    series = tuple(Series(f"series {n}", [0.0, 1.0, 2.0, 3.0], [float(n)] * 4) for n in range(4))
    drawn = lines(Picture("t", Axis("x"), Axis("y"), series), height=20)
    head = [row for row in drawn if "series" in row]
    assert all(f"{mark} series {n}" in " ".join(head) for n, mark in enumerate("ox+*"))
    plot = "".join(drawn[len(head) : -2])
    assert all(plot.count(mark) >= 2 for mark in "ox+*")


def test_a_second_axis_has_its_figures_at_the_right() -> None:
    series = (Series("a", [0.0, 1.0], [1e-3, 1e-2]), Series("b", [0.0, 1.0], [0.0, 4000.0], right=True))
    drawn = lines(Picture("t", Axis("x"), Axis("", "s", log=True), series))
    assert any(row.startswith((" 1 ms", "10 ms")) for row in drawn)
    assert any(row.rstrip().endswith("4k") for row in drawn)


def test_places_have_names() -> None:
    picture = Picture(
        "t",
        Axis("", names=("bf16", "fp8")),
        Axis("", "$", low=0.0),
        (Series("p", [0.0, 1.0], [4.0, 2.0], points=True),),
    )
    assert all(name in lines(picture)[-1] for name in ("bf16", "fp8"))
