from __future__ import annotations

from rich.style import Style
from rich.text import Text

from tui.plot.legend import entries, mark_of, tone_of, wrapped
from tui.plot.picture import Axis, Band, Limit, Picture, Series

TONES = (Style(color="blue"), Style(color="green"))


def test_everything_with_a_name_has_its_sign() -> None:
    series = (Series("a", [1.0], [1.0]), Series("", [1.0], [1.0]), Series("c", [1.0], [1.0], mark="", tone=0))
    picture = Picture(
        "t", Axis("x"), Axis("y"), series, bands=(Band("band", [], [], []),), across=(Limit(1.0, "high", "above"),),
        down=(Limit(1.0, "asked"),),
    )  # fmt: skip
    assert [text.plain for text in entries(picture, TONES, Style())] == ["o a", "⠤⠤ c", "░ band", "─░ high", "│ asked"]
    assert (mark_of(series[2], 2), tone_of(series[2], 1, TONES), tone_of(series[0], 1, TONES)) == (
        "",
        TONES[0],
        TONES[1],
    )


def test_names_go_on_in_lines_and_what_has_no_room_is_counted() -> None:
    names = [Text(f"name {n}") for n in range(6)]
    assert [line.plain for line in wrapped(names, 20, 9)] == ["name 0   name 1", "name 2   name 3", "name 4   name 5"]
    assert [line.plain for line in wrapped(names, 20, 1)] == ["name 0   and 5 more"]
