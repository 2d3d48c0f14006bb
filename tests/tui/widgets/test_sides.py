from __future__ import annotations

from textual.app import App, ComposeResult
from textual.widgets import Static, TabPane

from planner.plan.candidate import Details
from tui.widgets.sides import Sides, panes


class Holder(App[None]):
    def compose(self) -> ComposeResult:
        with Sides():
            yield from panes()


async def test_sides_are_turned_by_keys_and_drawn_when_seen(found: Details) -> None:
    async with Holder().run_test(size=(120, 30)) as pilot:
        sides = pilot.app.query_one(Sides)
        sides.show(found)
        sides.enter()
        names = [str(pane.id) for pane in sides.query(TabPane)]
        await pilot.press("comma")
        assert sides.active == names[-1] == "side-deploy"
        await pilot.pause()
        assert "serve" in str(sides.query_one("#deploy", Static).render())
        await pilot.press("full_stop", "full_stop")
        assert sides.active == names[1]
        sides.show(None)
        assert str(sides.query_one("#deploy", Static).render()) == ""


async def test_the_reason_that_was_asked_for_stands_first(found: Details) -> None:
    async with Holder().run_test(size=(120, 30)) as pilot:
        sides = pilot.app.query_one(Sides)
        sides.show(found)
        sides.active = "side-why"
        await pilot.pause()
        assert str(sides.query_one("#reasons", Static).render()).startswith("this candidate")
        sides.show_reason("L40S: too slow\n")
        lines = str(sides.query_one("#reasons", Static).render()).splitlines()
        assert lines[0] == "L40S: too slow"
        assert lines[1].startswith("this candidate")
