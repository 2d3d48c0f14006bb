from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from rich.cells import cell_len
from rich.style import Style
from textual._compositor import ChopsUpdate, Compositor, LayoutUpdate
from textual.app import App, ComposeResult
from textual.color import Color
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.screen import Screen
from textual.strip import Strip
from textual.widgets import Input, Static

from tui.contrast import LEAST, contrast
from tui.painting import Painter, dimmed
from tui.widgets.stale import mark_stale

Cells = dict[tuple[int, int], tuple[str, Style | None]]


class Painted(Screen[None]):
    """Panels side by side, one that is scrolled, a border with a title, and one that lies over others."""

    CSS = """
    #left { width: 20; } #long, #more { height: 9; } #framed { border: round red; height: 6; }
    #over { position: absolute; offset: 15 3; width: 10; height: 3; background: blue; }
    """

    def __init__(self) -> None:
        super().__init__()
        self._compositor = Painter()

    def compose(self) -> ComposeResult:
        with Horizontal():
            with VerticalScroll(id="left"):
                yield Input("a field", id="field", compact=True)
                yield Static("\n".join(f"line {n}" for n in range(9)), id="long")
                yield Static("\n".join(f"more {n}" for n in range(9)), id="more")
            with Vertical(id="right"):
                yield Static("一 text in a frame", id="framed")
                yield Static("below it", id="below")
        yield Static("over", id="over")


class Holder(App[None]):
    def on_mount(self) -> None:
        self.push_screen(Painted())


def whole(screen: Screen[Any], compositor: type[Compositor] = Compositor) -> Cells:
    """The whole screen as Textual draws it, or as we do."""
    plain = compositor()
    plain.reflow(screen, screen.size)
    return {at: cell for y, strip in enumerate(plain.render_strips()) for at, cell in cells(strip, 0, y).items()}


def cells(strip: Strip, x: int, y: int) -> Cells:
    found: Cells = {}
    for text, style, _ in strip:
        for letter in text:
            found[x, y] = letter, style
            x += cell_len(letter)
    return found


def written(update: ChopsUpdate | LayoutUpdate) -> Cells:
    """What an update writes to the terminal."""
    found: Cells = {}
    if isinstance(update, LayoutUpdate):
        for y, line in enumerate(update.strips, update.region.y):
            found |= cells(Strip.join(line), update.region.x, y)
        return found
    for y, x1, x2 in update.spans:
        for x, strip in update.chops[y].items():
            if strip is not None:
                found |= {at: cell for at, cell in cells(strip, x, y).items() if x1 <= at[0] < x2}
    return found


CHANGES: dict[str, Callable[[Screen[Any]], Any]] = {
    "below": lambda screen: screen.query_one("#below", Static).update("another text"),
    "frame": lambda screen: screen.query_one("#framed", Static).update("一 another one"),
    "field": lambda screen: setattr(screen.query_one(Input), "value", "typed"),
    "scrolled": lambda screen: screen.query_one("#left").scroll_to(y=4, animate=False),
    "over": lambda screen: screen.query_one("#over", Static).update("on top"),
    "both": lambda screen: [screen.query_one(f"#{name}", Static).update("changed") for name in ("long", "below")],
}


@pytest.mark.parametrize("change", CHANGES)
async def test_what_is_drawn_anew_is_what_textual_draws(change: str, monkeypatch: pytest.MonkeyPatch) -> None:
    updates: list[Any] = []
    async with Holder().run_test(size=(50, 14)) as pilot:
        screen = pilot.app.screen
        await pilot.pause()
        seen = whole(screen)
        assert whole(screen, Painter) == seen
        monkeypatch.setattr(pilot.app, "_display", lambda _, update: updates.append(update))
        CHANGES[change](screen)
        await pilot.pause(0.1)
        for update in filter(None, updates):
            seen |= written(update)
        assert seen == whole(screen)


async def test_what_has_not_changed_is_not_drawn(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []
    async with Holder().run_test(size=(50, 14)) as pilot:
        screen = pilot.app.screen
        await pilot.pause()
        screen.query_one("#framed").refresh()
        screen.query_one("#below").refresh()
        await pilot.pause()
        for widget in screen.walk_children():
            monkeypatch.setattr(
                widget,
                "render_lines",
                lambda crop, w=widget, draw=widget.render_lines: asked.append(w.id) or draw(crop),
            )
        screen.query_one("#below", Static).update("another text", layout=False)
        await pilot.pause(0.1)
    assert asked == ["below"]


async def test_what_is_stale_is_dim_and_is_read_all_the_same() -> None:
    async with Holder().run_test(size=(50, 14)) as pilot:
        screen = pilot.app.screen
        await pilot.pause()
        before = whole(screen, Painter)
        mark_stale(screen.query_one("#right"), True)
        stale = whole(screen, Painter)
        mark_stale(screen.query_one("#right"), False)
        assert whole(screen, Painter) == before
        right = screen.query_one("#below").region
        assert stale[0, 0] == before[0, 0]
        assert stale[right.offset] == ("b", dimmed(before[right.offset][1] or Style()))
        assert stale[right.offset] != before[right.offset]


@pytest.mark.parametrize(("ink", "ground"), [("#e6e6e6", "#101418"), ("#101418", "#fbfbf8"), ("#777777", "#000000")])
def test_a_dim_text_is_nearer_to_its_ground_and_stands_out_from_it(ink: str, ground: str) -> None:
    before, under = Color.parse(ink), Color.parse(ground)
    found = dimmed(Style(color=ink, bgcolor=ground)).color
    assert found is not None
    assert found.triplet is not None
    assert LEAST <= contrast(Color(*found.triplet), under) <= contrast(before, under)


def test_colours_of_the_terminal_are_dimmed_by_it() -> None:
    assert dimmed(Style(color="red", bgcolor="default")).dim
