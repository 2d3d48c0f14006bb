"""The app: screens, keys, catalogs."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar

from textual.app import App
from textual.binding import Binding, BindingType

from hardware_db.catalog import HardwareCatalog
from models_db.catalog import ModelCatalog
from planner.inputs import Request
from planner.plan import Catalogs
from tui.screens.plan import PlanScreen


class GpuPlanApp(App[None]):
    """Opens on the plan screen; further screens are pushed over it."""

    CSS_PATH = "app.tcss"
    TITLE = "gpuplan"
    BINDINGS: ClassVar[list[BindingType]] = [Binding("ctrl+q", "quit", "Quit", priority=True)]

    def __init__(self, request: Request | None = None, catalog: Path | None = None) -> None:
        super().__init__()
        self._request = request
        self.catalogs = Catalogs(ModelCatalog(catalog), HardwareCatalog(catalog))

    def on_mount(self) -> None:
        self.push_screen(PlanScreen(self.catalogs, self._request))


def run(request: Request | None = None, catalog: Path | None = None) -> None:
    """Open the app in this terminal."""
    GpuPlanApp(request, catalog).run()
