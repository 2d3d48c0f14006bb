"""Contrast in every theme, of what is drawn."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.style import Style
from textual.color import Color

from tests.consistency.drawn import TORTURE
from tests.tui.conftest import answered, app
from tui.contrast import LEAST, contrast, lifted, readable

pytestmark = pytest.mark.usefixtures("equal_plans_are_simulated_once")

# The program's own, those in the terminal's colours, a light and a dark one; the others with GPUPLAN_TORTURE=1.
SOME_THEMES = ("ansi-dark", "ansi-light", "gpuplan", "gpuplan-light", "solarized-light", "monokai")
COLOURS = st.builds(Color, st.integers(0, 255), st.integers(0, 255), st.integers(0, 255))


@given(COLOURS, COLOURS)
def test_any_text_is_lifted_until_it_stands_out(ink: Color, ground: Color) -> None:
    assert contrast(lifted(ink, ground), ground) >= LEAST
    assert contrast(ink, ground) < LEAST or lifted(ink, ground) == ink


def test_colours_that_the_terminal_chooses_stay() -> None:
    style = Style.parse("red on blue")
    assert readable(style, Color(0, 0, 0).rich_color) == style


async def test_every_text_stands_out_in_every_theme() -> None:
    async with app().run_test(size=(80, 24)) as pilot:
        await answered(pilot)
        names = set(pilot.app.available_themes)
        assert names > set(SOME_THEMES)
        for name in sorted(names) if TORTURE else SOME_THEMES:
            pilot.app.theme = name
            pilot.app.screen.refresh_bindings()  # the line of keys takes its colour from the theme
            await pilot.pause()
            faint = {
                (segment.text.strip(), style.color.name, style.bgcolor.name)
                for strip in pilot.app.screen._compositor.render_strips()
                for segment in strip
                if segment.text.strip() and (style := segment.style) and style.color and style.bgcolor
                and style.color.triplet and style.bgcolor.triplet
                and contrast(Color(*style.color.triplet), Color(*style.bgcolor.triplet)) < LEAST - 0.01
            }  # fmt: skip
            assert not faint, name
