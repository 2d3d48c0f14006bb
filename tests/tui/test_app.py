from __future__ import annotations

from pathlib import Path

from tests.tui.conftest import H100, until
from tui.app import GpuPlanApp
from tui.screens.main import TITLES, MainScreen


async def test_the_app_opens_its_screen_and_offers_every_view() -> None:
    app = GpuPlanApp(H100, Path("w.toml"))
    async with app.run_test(size=(100, 30)) as pilot:
        await until(pilot, lambda: isinstance(app.screen, MainScreen))
        offered = {command.title for command in app.get_system_commands(app.screen)}
        assert {f"Go to {title}" for title in TITLES} <= offered
        assert app.session.path == Path("w.toml")
        assert app.theme == "gpuplan"


async def test_enter_that_was_typed_before_the_app_took_the_terminal_over_is_enter() -> None:
    app = GpuPlanApp(H100)
    async with app.run_test(size=(100, 30)) as pilot:
        await until(pilot, lambda: isinstance(app.screen, MainScreen))
        await pilot.press("colon", *"rate", "space", "9", "ctrl+j")
        assert isinstance(app.screen, MainScreen)
        assert app.session.texts["traffic.rate_per_s"] == "9"
