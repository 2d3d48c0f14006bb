from __future__ import annotations

import pytest
from textual.app import App, ComposeResult
from textual.color import Color
from textual.theme import Theme

from tui.app import DARK, LIGHT
from tui.plot.picture import Axis, Picture, Series
from tui.widgets.chart import Chart, held, ink_of

LINE = Picture("t", Axis("x"), Axis("y"), (Series("s", [1.0, 2.0], [1.0, 3.0]),), notes=("a note",))


class Holder(App[None]):
    def compose(self) -> ComposeResult:
        yield Chart(before="nothing yet", empty="it is empty")


async def test_a_chart_says_what_there_is_to_draw_and_fills_its_place() -> None:
    async with Holder().run_test(size=(60, 15)) as pilot:
        chart = pilot.app.query_one(Chart)
        chart.styles.height = 15
        await pilot.pause()
        assert str(chart.render()) == "nothing yet"
        chart.show(Picture("t", Axis("x"), Axis("y"), (Series("s", [], []),)))
        assert str(chart.render()) == "it is empty"
        chart.show(LINE)
        lines = str(chart.render()).splitlines()
        assert len(lines) == 15
        assert lines[-1] == "a note"
        assert max(map(len, lines)) <= 60


@pytest.mark.parametrize("theme", [DARK, LIGHT], ids=lambda theme: theme.name)
def test_series_have_the_colours_of_the_theme_and_none_that_of_limits(theme: Theme) -> None:
    ink = ink_of(theme.to_color_system().generate())
    for style, colour in ((ink.series[0], theme.primary), (ink.limit, theme.error)):
        assert style.color is not None
        assert style.color.get_truecolor() == pytest.approx(Color.parse(colour or "").rgb, abs=1)
    assert len(set(ink.series)) == len(ink.series) >= 5
    assert ink.limit not in ink.series


def test_notes_that_have_no_line_are_counted() -> None:
    notes = ["a first note", "a second one", "a third"]
    assert held(notes, 40, 3) == notes
    assert held(notes, 40, 2) == ["a first note", "a second one and 1 more"]
    assert held(notes, 20, 1) == ["a first … and 2 more"]
    assert held(notes, 40, 0) == []
