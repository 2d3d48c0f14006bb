"""What the next simulated run is of beside its cluster: seconds and seed of drawn traffic or a trace, and routing."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.widgets import Input, Label, Select

from planner.errors import InputError
from tui.jobs import RunTerms

if TYPE_CHECKING:
    from planner.simulation.routing import Routing

ROUTES: tuple[Routing, ...] = ("least_loaded", "round_robin", "prefix")
NO_TRACE = "a file whose requests are replayed; none: drawn traffic"


class RunForm(Vertical):
    """Fields of one line each."""

    def compose(self) -> ComposeResult:
        with Horizontal(id="simulate-form"):
            yield Label("seconds")
            yield Input("600", id="seconds", compact=True, type="number")
            yield Label("seed")
            yield Input("0", id="seed", compact=True, type="integer")
            yield Select(((r.replace("_", " "), r) for r in ROUTES), id="route", value=ROUTES[0], compact=True)
        with Horizontal(id="simulate-trace"):
            yield Label("trace (l)")
            yield Input("", id="trace", compact=True, placeholder=NO_TRACE)

    def replay(self, path: str) -> None:
        """The trace of the next run."""
        self.query_one("#trace", Input).value = path

    def terms(self) -> RunTerms:
        """Raises InputError where a number is none."""
        seconds, seed, trace = (
            self.query_one(f"#{name}", Input).value.strip() for name in ("seconds", "seed", "trace")
        )
        try:
            return RunTerms(float(seconds), int(seed), Path(trace) if trace else None, self._routing())
        except ValueError:
            raise InputError("seconds and seed: numbers are needed") from None

    def _routing(self) -> Routing:
        chosen = self.query_one("#route", Select).value
        return next(route for route in ROUTES if route == chosen)
