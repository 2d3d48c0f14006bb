from __future__ import annotations

from textual.app import App, ComposeResult
from textual.widgets import Static

from planner.answers import Plan
from planner.plan.explore import Explored
from planner.plan.rehearsal import Rehearsal
from planner.planner import Planner
from planner.simulation.progress import Glance
from tui.widgets.chart import Chart
from tui.widgets.run_sides import RunSides, run_panes


class Holder(App[None]):
    def compose(self) -> ComposeResult:
        with RunSides():
            yield from run_panes()


async def test_a_run_is_seen_in_its_course_and_then_against_its_limits(planner: Planner, explored: Explored) -> None:
    seen: list[Glance] = []
    assert isinstance(explored.answer, Plan)
    run = planner.simulate(
        explored.request, explored.answer.cluster, Rehearsal(seconds=60.0, seed=1), watch=seen.append
    )
    async with Holder().run_test(size=(100, 24)) as pilot:
        sides = pilot.app.query_one(RunSides)
        await pilot.pause()
        sides.begin()
        sides.glance(seen[:1])
        live, later = sides.query_one("#live-chart", Chart), sides.query_one("#spread-tpot", Chart)
        assert (sides.active, later.picture) == ("run-course", None)
        assert live.picture is not None
        assert live.picture.title == "while it runs"
        sides.end(run, seen[-1])
        assert sides.active == "run-spread"
        assert live.picture.title != "while it runs"
        assert later.picture is not None
        assert len(later.picture.down) == 1
        assert [sides.query_one(f"#spread-{name}").display for name in ("ttft", "tpot", "e2e")] == [True, True, False]
        sides.action_turn(1)
        assert sides.active == "run-figures"
        sides.begin()
        assert later.picture is None
        sides.say("no such file")
        assert (sides.active, str(sides.query_one("#result", Static).render())) == ("run-figures", "no such file")
