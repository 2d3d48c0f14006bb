"""Workload files: the screen's part that saves the form to one and opens one into it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from textual.screen import Screen

from tui.screens.ask import AskPath
from tui.screens.overwrite import Overwrite
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
        if path is not None:
            self.unless_there(path, lambda: self._file(path, self.session.save, "saved as"))

    def _open(self, path: Path | None) -> None:
        if path is not None and self._file(path, self.session.open, "opened"):
            self.put()

    def unless_there(self, path: Path, write: Callable[[], object]) -> None:
        """Write a file; where there is one of that name, only when that is said once more."""

        def answered(yes: bool | None) -> None:
            if yes:
                write()
            else:
                self.notify(f"{path} is left as it is", markup=False)

        if path.is_file():
            self.app.push_screen(Overwrite(path), answered)
        else:
            write()

    def _file(self, path: Path, act: Callable[[Path], Path | None], did: str) -> bool:
        from planner.errors import PlannerError

        try:
            old = act(path)
        except PlannerError as error:
            self.notify(str(error), severity="error", timeout=8, markup=False)
            return False
        self.notify(f"{did} {path}" + (f"; the old one is {old}" if old is not None else ""), markup=False)
        return True
