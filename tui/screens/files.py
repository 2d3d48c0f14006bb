"""Workload files: the screen's part that saves the form to one and opens one into it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from textual.screen import Screen

from tui.screens.ask import AskPath
from tui.session import Session


class WorkloadFiles(Screen[None]):
    """A screen over a session; `put` brings the session's texts into its form."""

    def __init__(self, session: Session) -> None:
        super().__init__()
        self.session = session

    def put(self) -> None:
        raise NotImplementedError

    def action_save(self) -> None:
        self.app.push_screen(AskPath("Save the workload as", self.session.path or Path("workload.toml")), self._save)

    def action_open(self) -> None:
        self.app.push_screen(AskPath("Open a workload", self.session.path or Path()), self._open)

    def _save(self, path: Path | None) -> None:
        self._file(path, self.session.save, "saved as")

    def _open(self, path: Path | None) -> None:
        if self._file(path, self.session.open, "opened"):
            self.put()

    def _file(self, path: Path | None, act: Callable[[Path], None], did: str) -> bool:
        from planner.errors import PlannerError

        if path is None:
            return False
        try:
            act(path)
        except PlannerError as error:
            self.notify(str(error), severity="error", timeout=8, markup=False)
            return False
        self.notify(f"{did} {path}", markup=False)
        return True
