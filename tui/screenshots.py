"""A picture of every view, as SVG: `python -m tui.screenshots FOLDER`, run by `make screenshots`."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable
from pathlib import Path

from textual.pilot import Pilot
from textual.widgets import Button, Static, TabbedContent

from tui.app import GpuPlanApp
from tui.screens.main import VIEWS, MainScreen
from tui.views.plan import PlanView
from tui.widgets.candidates import CandidateGrid
from tui.widgets.chart import Chart
from tui.widgets.grid import Grid

SIZE = (150, 44)


async def _until(true: Callable[[], bool]) -> None:
    for _ in range(1500):
        if true():
            return
        await asyncio.sleep(0.02)
    raise TimeoutError("the view never came to show what its picture is of")


async def _ready(screen: MainScreen, name: str) -> None:
    """Bring a view to where there is something to see."""
    if name == "plan":
        await _until(lambda: screen.query_one(PlanView).details is not None)
        screen.query_one("#sides", TabbedContent).active = "side-load"
        await _until(lambda: screen.query_one("#load", Chart).picture is not None)
    elif name == "quant":
        await _until(lambda: screen.query_one("#quant-grid", Grid).row_count > 0)
    elif name == "money":
        await _until(lambda: screen.query_one("#costs", Grid).row_count > 0)
        screen.query_one("#money-sides", TabbedContent).active = "money-even"
    elif name == "simulate":
        screen.query_one("#run", Button).press()
        await _until(lambda: "served" in str(screen.query_one("#result", Static).render()))
    elif name == "whatif":
        await _until(lambda: "closed form:" in str(screen.query_one("#whatif-head", Static).render()))
    elif name == "catalogs":
        await _until(lambda: screen.query_one("#grid-gpus", Grid).row_count > 0)


async def _pins(pilot: Pilot[None], screen: MainScreen) -> None:
    """Three different candidates for the comparison."""
    screen.query_one(CandidateGrid).focus()
    for _ in range(3):
        await pilot.press("p", "down", "down")
        await asyncio.sleep(0.5)


async def main(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    app = GpuPlanApp()
    async with app.run_test(size=SIZE, notifications=False) as pilot:
        await _until(lambda: isinstance(app.screen, MainScreen))
        screen = app.screen
        assert isinstance(screen, MainScreen)
        for name in VIEWS:
            screen.action_view(name)
            await _until(lambda name=name: screen.view == name)  # type: ignore[misc]
            await _ready(screen, name)
            await asyncio.sleep(0.3)
            app.save_screenshot(f"{name}.svg", str(folder))
            if name == "plan":
                await _pins(pilot, screen)


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1])))
