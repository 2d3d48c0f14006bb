"""Out of the interface: the command that gives the answer, the deployment, a report; each one key."""

from __future__ import annotations

import os
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from textual import on
from textual.binding import BindingType

from planner.errors import InputError
from tui import jobs
from tui.reproduce import command_of
from tui.screens.commanding import path_of
from tui.screens.outcomes import Written
from tui.screens.steering import SteeredScreen, key

if TYPE_CHECKING:
    from planner.answers import Plan

SCRIPT = "deploy.sh"
REPORT = "report.html"


class OutputScreen(SteeredScreen):
    """Copies and writes what the answer is for."""

    BINDINGS: ClassVar[list[BindingType]] = [
        key("y", "copy_deployment", "Copy the script that starts the winner"),
        key("Y", "copy_command", "Copy the command that gives this answer"),
        key("D", f"command('deploy {SCRIPT}')", "Save the script that starts the winner"),
        key("R", f"command('report {REPORT}')", "Write a report"),
    ]

    def _doers(self) -> dict[str, Callable[[str], Any]]:
        return super()._doers() | {
            "copy": lambda _: self.action_copy_command(),
            "copy-deployment": lambda _: self.action_copy_deployment(),
            "deploy": self._deploy,
            "report": self._report,
        }

    def action_copy_command(self) -> None:
        """The command line of the question as it stands, workload file and all."""
        from planner.errors import PlannerError

        try:
            self.session.request()
        except PlannerError as error:
            self.notify(str(error), severity="error", markup=False)
            return
        self.app.copy_to_clipboard(command_of(self.session.data()))
        self.notify(copied("the command that gives this answer"))

    def action_copy_deployment(self) -> None:
        plan = self._plan_or_told()
        if plan is not None:
            self._ask("write", partial(jobs.script_job, plan, self._known(), ""))

    def _deploy(self, text: str) -> None:
        """FILE [TARGET]: the deployment as a file; without a target as the script of the plan's engine."""
        file, _, target = text.partition(" ")
        path, plan = path_of(file, SCRIPT), self._plan_or_told()
        if plan is not None:
            job = partial(jobs.deploy_job, plan, self._known(), target.strip(), self._own(path))
            self.unless_there(path, lambda: self._ask("write", job))

    def _report(self, text: str) -> None:
        path = self._own(path_of(text, REPORT))
        job = partial(jobs.report_job, self.session.data(), self._known(), path)

        def write() -> None:
            self.notify(f"writing {path}: answers to keys go before it", markup=False)
            self._ask("write", job)

        self.unless_there(path, write)

    def _own(self, path: Path) -> Path:
        """The path, where this interface may write files that are no workloads: not for others at a browser."""
        if self.session.root.folder is not None:
            raise InputError(f"{path}: this interface writes workload files only; copy it instead (y)")
        return path

    def _plan_or_told(self) -> Plan | None:
        """The plan of the question as it stands; where there is none, a word on what it waits for."""
        answer = self.answer
        if answer is not None and answer.status == "feasible":
            return answer
        why = self.unanswered or "no plan meets this question"
        self.notify(f"there is no plan to start: {why}", severity="warning", markup=False)
        return None

    @on(Written)
    def _written(self, event: Written) -> None:
        said, text = event.value
        if text is not None:
            self.app.copy_to_clipboard(text)
            said = copied(said)
        self.notify(said, markup=False)


def copied(what: str) -> str:
    """That it went to the clipboard: of the terminal, which does not say whether it took it."""
    tmux = "; tmux passes it on with set-clipboard on" if os.environ.get("TMUX") else ""
    return f"sent to the clipboard of the terminal{tmux}: {what}"
