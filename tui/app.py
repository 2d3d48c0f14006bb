"""The app: one screen, its themes and its commands."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, ClassVar

from rich.console import RenderableType
from rich.traceback import Traceback
from textual.app import App, SystemCommand
from textual.binding import Binding, BindingType
from textual.screen import Screen
from textual.theme import Theme

from planner.errors import InputError
from tui.compute import finish
from tui.contrast import Contrast
from tui.inert import Inert
from tui.kept import Kept, config_path, read, read_keys, state_path, write
from tui.root import Root
from tui.screens.main import TITLES, VIEW_CLASSES, VIEWS, MainScreen
from tui.session import PastQuestion, Session

# The palette of [Okabe 2008]: its colours differ under every common colour blindness.
DARK = Theme(
    name="gpuplan", primary="#56B4E9", secondary="#009E73", accent="#E69F00", warning="#E69F00", error="#D55E00",
    success="#009E73", foreground="#e6e6e6", background="#101418", surface="#161b21", panel="#1e252d", dark=True,
)  # fmt: skip
LIGHT = Theme(
    name="gpuplan-light", primary="#0072B2", secondary="#009E73", accent="#D55E00", warning="#D55E00", error="#A33F00",
    success="#007A58", foreground="#101418", background="#fbfbf8", surface="#f2f2ee", panel="#e6e6e0", dark=False,
)  # fmt: skip
# How long an app that is left waits for what it computes [s].
FINISH_S = 3.0


class GpuPlanApp(App[None]):
    """Holds the session; all else is the screen's."""

    CSS_PATH = "app.tcss"
    TITLE = "gpuplan"
    BINDINGS: ClassVar[list[BindingType]] = [Binding("ctrl+q", "quit", "Quit", priority=True)]

    def __init__(
        self, data: Mapping[str, Any] | None = None, path: Path | None = None, catalog: Path | None = None,
        root: Root | None = None, kept: Kept | None = None,
    ) -> None:  # fmt: skip
        super().__init__()
        self.kept = kept or Kept()
        self.session = Session(data or self.kept.question, path, root)
        self.session.asked = [PastQuestion(question, said) for question, said in self.kept.asked]
        self.fault: Exception | None = None
        self._catalog = catalog
        self._filters += [Contrast(), Inert()]

    @property
    def touched(self) -> bool:
        """Whether anything was asked here: an app that was looked at only leaves what was kept."""
        return bool(self.session.asked)

    def _handle_exception(self, error: Exception) -> None:
        """The first fault ends the app; whoever ran it says so."""
        self.fault = self.fault or error
        super()._handle_exception(error)

    def panic(self, *renderables: RenderableType) -> None:
        """A fault beside the app: of the thread that reads the terminal."""
        said = [r.trace.stacks[0] for r in renderables if isinstance(r, Traceback) and r.trace.stacks]
        text = "; ".join(f"{stack.exc_type}: {stack.exc_value}" for stack in said) or "the terminal cannot be read"
        broken = any(stack.exc_type == "UnicodeDecodeError" for stack in said)
        mine = InputError("the terminal sent bytes that are not UTF-8") if broken else RuntimeError(text)
        self.fault = self.fault or mine
        super().panic(*renderables)

    def _print_error_renderables(self) -> None:
        """Nothing: a fault is one line, and a report."""
        self._exit_renderables.clear()

    def on_mount(self) -> None:
        self.register_theme(DARK)
        self.register_theme(LIGHT)
        self.theme = self.kept.theme if self.kept.theme in self.available_themes else "gpuplan"
        self.set_keymap(dict(self.kept.keys))
        self.push_screen(MainScreen(self.session, self._catalog, self.kept.pins))

    def get_system_commands(self, screen: Screen[Any]) -> Iterable[SystemCommand]:
        for command in super().get_system_commands(screen):
            # A picture of the screen is a file in a folder of Textual's choice.
            if self.session.root.folder is None or command.title != "Screenshot":
                yield command
        if isinstance(screen, MainScreen):
            for name, title in zip(VIEWS, TITLES, strict=True):
                yield SystemCommand(
                    f"Go to {title}", f"Show the {title.lower()} view", lambda n=name: screen.action_view(n)
                )
            yield SystemCommand("Save workload", "As the file that the command line takes", screen.action_save)
            yield SystemCommand("Open workload", "A workload file", screen.action_open)
            yield SystemCommand("Undo", "Take the last change back", screen.action_undo)
            yield SystemCommand("Redo", "Make it again", screen.action_redo)
            yield SystemCommand("Hide or show the form", "More room for the answer", screen.action_form)
            yield SystemCommand("Help", "What the keys do", screen.action_help)


def _kept(state: Path | None) -> Kept:
    """What was kept, and the keys of one's own; nothing for others at a browser. Raises InputError."""
    if state is None:
        return Kept()
    return replace(read(state), keys=read_keys(config_path(), key_names()))


def key_names() -> set[str]:
    """What keys can be given anew: the names of bindings."""
    classes = (*MainScreen.__mro__, *(c for view in VIEW_CLASSES for c in view.__mro__))
    return {b.id for c in classes for b in c.__dict__.get("BINDINGS", ()) if isinstance(b, Binding) and b.id}


def run(
    data: Mapping[str, Any] | None = None, path: Path | None = None, catalog: Path | None = None,
    root: Path | None = None, reports: Path | None = None,
) -> None:  # fmt: skip
    """Open the app in this terminal; with `root` it reads and writes files there only, its overlay's, and reports of
    faults. Raises the fault that ended it, with the workload as it stood in a note."""
    state = state_path() if root is None else None
    app = GpuPlanApp(data, path, catalog, Root(root), _kept(state))
    if root is not None:
        from planner.overlay import user_catalog
        from tui.guard import lock

        lock((root, catalog or user_catalog(), *filter(None, [reports])))
    app.run()
    finish(FINISH_S)
    if state is not None and app.touched:
        write(state, app.theme, app.session)
    if app.fault is not None:
        app.fault.add_note(f"the workload in the interface: {app.session.texts} {app.session.base}")
        raise app.fault
