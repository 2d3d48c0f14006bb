"""Each view in each state, as text: what was there before must still be there, unless `--snapshot-update` says so.

Digits are masked, so that a new fit or price moves no snapshot by its figures alone; charts are kept as their frame.
"""

from __future__ import annotations

import asyncio
import io
import re
import threading
from collections.abc import Awaitable, Callable, Iterator
from typing import Any

import pytest
from rich.console import Console
from syrupy.assertion import SnapshotAssertion
from textual.pilot import Pilot
from textual.widgets import Button, Input, Static, TabbedContent

import planner.plan.rehearsal
from planner.errors import InputError
from tests.tui.conftest import H100, main_screen, until
from tui import jobs
from tui.app import GpuPlanApp
from tui.screens.main import VIEWS
from tui.views.simulate import SimulateView
from tui.widgets.candidates import CandidateGrid

pytestmark = pytest.mark.usefixtures("equal_plans_are_simulated_once")
SIZES = ((80, 24), (160, 50))
STATES = ("empty", "computing", "answer", "infeasible", "error")
DATA: dict[str, dict[str, Any]] = {
    "empty": {key: value for key, value in H100.items() if key != "model"},
    "computing": H100,
    "answer": H100,
    "infeasible": {**H100, "sla": {"ttft_p95_s": 0.0001}},
    "error": {**H100, "scope": {"gpus": ["H999"]}},
}
HELD = {"plan": "planned_job", "compare": "planned_job", "quant": "quant_job", "money": "money_job",
        "catalogs": "records_job"}  # fmt: skip
# Marks and frames of charts, bars and scales: where they lie is a figure, too.
DRAWN = re.compile(r"[▀-▟⠀-⣿■□▪▫◆●]+")


def text_of(app: GpuPlanApp) -> str:
    """The screen as text, masked."""
    width, height = app.size
    console = Console(width=width, height=height, file=io.StringIO(), force_terminal=True, record=True)
    console.print(app.screen._compositor.render_update(full=True), end="")
    lines = console.export_text(styles=False).splitlines()
    return "\n".join(DRAWN.sub(lambda m: "#" * len(m[0]), re.sub(r"\d", "0", line)).rstrip() for line in lines)


async def still(pilot: Pilot[Any]) -> str:
    """The screen once two looks at it are the same."""
    last = ""
    for _ in range(100):
        await pilot.pause()
        await asyncio.sleep(0.1)
        if (now := text_of(pilot.app)) == last:  # type: ignore[arg-type]
            return now
        last = now
    raise AssertionError("the screen never came to rest")


@pytest.fixture
def gate() -> Iterator[threading.Event]:
    """Held jobs wait for it."""
    event = threading.Event()
    yield event
    event.set()


def holding(gate: threading.Event) -> Callable[..., Any]:
    def job(*_: Any) -> None:
        gate.wait(60)
        raise InputError("held")

    return job


async def to_view(pilot: Pilot[Any], view: str) -> None:
    await until(pilot, lambda: bool(pilot.app.screen_stack[1:]))
    screen = main_screen(pilot)
    screen.action_view(view)
    await until(pilot, lambda: screen.view == view)


async def pinned(pilot: Pilot[Any]) -> None:
    """Two candidates in the comparison."""
    screen = main_screen(pilot)
    grid = screen.query_one(CandidateGrid)
    for _ in range(2):
        await until(pilot, lambda: screen.settled and screen.query_one("#plan").details is not None)  # type: ignore[attr-defined]
        grid.focus()
        await pilot.press("p", "down")


async def simulated(pilot: Pilot[Any], wanted: str) -> None:
    screen = main_screen(pilot)
    screen.query_one("#seconds", Input).value = "60"
    screen.query_one("#run", Button).press()
    await until(pilot, lambda: wanted in str(screen.query_one("#result", Static).render()))


async def refused_record(pilot: Pilot[Any]) -> None:
    screen = main_screen(pilot)
    screen.query_one("#catalog-tabs", TabbedContent).active = "catalog-add"
    await pilot.pause()
    adopt = screen.query_one("#adopt", Input)
    adopt.value = "/nowhere/config.json"
    adopt.focus()
    await pilot.press("enter")
    await until(pilot, lambda: "nowhere" in str(screen.query_one("#adopted", Static).render()))


async def lost_trace(pilot: Pilot[Any]) -> None:
    main_screen(pilot).query_one("#trace", Input).value = "/nowhere.csv"
    await simulated(pilot, "nowhere")


async def run_held(pilot: Pilot[Any]) -> None:
    screen = main_screen(pilot)
    screen.query_one("#run", Button).press()
    await until(pilot, lambda: screen.query_one(SimulateView).running)


# What a user does in a view to come to a state.
BEFORE: dict[tuple[str, str], Callable[[Pilot[Any]], Awaitable[None]]] = {("compare", "answer"): pinned}
AFTER: dict[tuple[str, str], Callable[[Pilot[Any]], Awaitable[None]]] = {
    ("simulate", "answer"): lambda pilot: simulated(pilot, "served"),
    ("simulate", "error"): lost_trace,
    ("simulate", "computing"): run_held,
    ("catalogs", "error"): refused_record,
}


@pytest.mark.parametrize("size", SIZES, ids=("80x24", "160x50"))
@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("view", VIEWS)
async def test_a_view_in_a_state(
    view: str, state: str, size: tuple[int, int], snapshot: SnapshotAssertion, gate: threading.Event,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    if state == "computing" and view in HELD:
        monkeypatch.setattr(jobs, HELD[view], holding(gate))
    if (view, state) == ("simulate", "computing"):
        monkeypatch.setattr(planner.plan.rehearsal, "rehearse", holding(gate))
    data = H100 if (view, state) in (("simulate", "error"), ("catalogs", "error")) else DATA[state]
    async with GpuPlanApp(data).run_test(size=size) as pilot:
        if do := BEFORE.get((view, state)):
            await until(pilot, lambda: bool(pilot.app.screen_stack[1:]))
            await do(pilot)
        await to_view(pilot, view)
        if state != "computing" or view == "simulate":
            await until(pilot, lambda: main_screen(pilot).settled)
        if do := AFTER.get((view, state)):
            await do(pilot)
        shown = await still(pilot)
        gate.set()
    assert shown == snapshot


@pytest.mark.parametrize("size", SIZES, ids=("80x24", "160x50"))
@pytest.mark.parametrize("key", ["f1", "ctrl+s", "ctrl+o"])
async def test_a_dialogue(key: str, size: tuple[int, int], snapshot: SnapshotAssertion) -> None:
    async with GpuPlanApp(H100).run_test(size=size) as pilot:
        await to_view(pilot, "plan")
        await until(pilot, lambda: main_screen(pilot).settled)
        await pilot.press(key)
        assert await still(pilot) == snapshot
