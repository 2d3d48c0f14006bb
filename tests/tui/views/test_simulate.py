from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from textual.app import App, ComposeResult
from textual.pilot import Pilot
from textual.widgets import Input, Static

from planner.answers import Cluster, Plan, Simulation
from planner.plan.explore import Explored
from planner.plan.rehearsal import Rehearsal
from planner.planner import Planner
from tui.views.simulate import SimulateView
from tui.widgets.run_sides import RunSides
from tui.widgets.stale import STALE


class Holder(App[None]):
    def __init__(self) -> None:
        super().__init__()
        self.asked: list[SimulateView.Asked] = []
        self.stopped = 0

    def compose(self) -> ComposeResult:
        yield SimulateView()

    def on_simulate_view_asked(self, event: SimulateView.Asked) -> None:
        self.asked.append(event)

    def on_simulate_view_stopped(self) -> None:
        self.stopped += 1


@pytest.fixture(scope="module")
def run(planner: Planner, explored: Explored) -> Simulation:
    assert isinstance(explored.answer, Plan)
    return planner.simulate(explored.request, explored.answer.cluster, Rehearsal(seconds=20.0, seed=1))


def said(view: SimulateView, name: str) -> str:
    return str(view.query_one(name, Static).render())


@asynccontextmanager
async def taken(explored: Explored) -> AsyncIterator[tuple[Pilot[None], SimulateView, Cluster]]:
    """The view with the winner as what the next run is of."""
    assert isinstance(explored.answer, Plan)
    async with Holder().run_test(size=(120, 30)) as pilot:
        view = pilot.app.query_one(SimulateView)
        view.take(explored.request, explored.answer.cluster)
        yield pilot, view, explored.answer.cluster


async def test_a_trace_is_named_from_elsewhere_and_nothing_runs_without_a_cluster() -> None:
    async with Holder().run_test(size=(120, 30)) as pilot:
        view = pilot.app.query_one(SimulateView)
        view.replay("mine.csv")
        assert view.query_one("#trace", Input).value == "mine.csv"
        view.action_run()
        assert not view.running


async def test_a_run_of_another_question_or_cluster_is_marked_and_names_its_own(
    explored: Explored, run: Simulation
) -> None:
    async with taken(explored) as (pilot, view, cluster):
        view.action_run()
        view.end(1, run)
        assert "served" in said(view, "#live")
        assert not view.stale
        other = cluster.model_copy(update={"replicas": cluster.replicas + 1})
        simulated = cluster.model_copy(update={"sla_breaks_at_rate_per_s": 1.0})
        busier = explored.request.model_copy(
            update={"traffic": explored.request.traffic.model_copy(update={"rate_per_s": 30.0})}
        )
        for request, another, stale in (
            (explored.request, other, True), (explored.request, simulated, False), (busier, cluster, True),
            (explored.request, cluster, False),
        ):  # fmt: skip
            view.take(request, another)
            await pilot.pause()
            assert said(view, "#live").startswith(f"stale: of {cluster.replicas} x Qwen2.5-7B") is stale
            assert view.query_one(RunSides).has_class(STALE) is stale
        assert "30 requests" not in said(view, "#live")
        view.turn_stale()
        assert view.stale
        assert "4 requests a second" not in said(view, "#simulate-head")
        view.action_run()
        assert not view.running


async def test_a_run_that_goes_on_under_another_question_gives_way_to_one_of_that(
    explored: Explored, run: Simulation
) -> None:
    async with taken(explored) as (pilot, view, cluster):
        holder = pilot.app
        assert isinstance(holder, Holder)
        view.action_run()
        view.action_run()
        other = cluster.model_copy(update={"replicas": cluster.replicas + 1})
        view.take(explored.request, other)
        assert said(view, "#live").startswith("stale: of ")
        view.action_run()
        await pilot.pause()
        assert [event.run.cluster.replicas for event in holder.asked] == [cluster.replicas, other.replicas]
        assert holder.stopped == 1
        view.end(1, run)
        assert (view.running, "served" in said(view, "#live")) == (True, False)
        view.end(2, run)
        assert "served" in said(view, "#live")
        assert not view.stale


async def test_keys_of_the_view_act_when_the_run_button_was_pressed_and_sides_turn(explored: Explored) -> None:
    async with taken(explored) as (pilot, view, _):
        await pilot.click("#run")
        assert view.running
        await pilot.press("escape")
        assert not view.running
        before = view.query_one(RunSides).active
        await pilot.press("full_stop")
        assert view.query_one(RunSides).active != before
        await pilot.press("comma", "r")
        assert view.running
        assert view.query_one(RunSides).active == "run-course"
