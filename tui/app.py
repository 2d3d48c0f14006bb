"""The app: one screen, its themes and its commands."""

from __future__ import annotations

import gc
import time
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, ClassVar

from rich.console import RenderableType
from rich.traceback import Traceback
from textual.app import App, SystemCommand
from textual.binding import Binding, BindingType
from textual.events import Event, InputEvent, Key, Paste
from textual.screen import Screen
from textual.theme import Theme

from planner.errors import InputError
from tui.compute import Opened, in_a_thread
from tui.contrast import Contrast
from tui.inert import Inert
from tui.kept import Kept
from tui.key_order import KeyOrder
from tui.root import Root
from tui.screens.main import TITLES, VIEWS, MainScreen
from tui.session import PastQuestion, Session
from tui.widgets.columns import shortened

# The palette of [Okabe 2008]: its colours differ under every common colour blindness.
DARK = Theme(
    name="gpuplan", primary="#56B4E9", secondary="#009E73", accent="#E69F00", warning="#E69F00", error="#D55E00",
    success="#009E73", foreground="#e6e6e6", background="#101418", surface="#161b21", panel="#1e252d", dark=True,
)  # fmt: skip
LIGHT = Theme(
    name="gpuplan-light", primary="#0072B2", secondary="#009E73", accent="#D55E00", warning="#D55E00", error="#A33F00",
    success="#007A58", foreground="#101418", background="#fbfbf8", surface="#f2f2ee", panel="#e6e6e0", dark=False,
)  # fmt: skip


# Without a key for so long the garbage is collected, where there is some [s].
IDLE_S = 5.0
# What the terminal makes of enter before the app has taken it over.
TYPED_AHEAD = "ctrl+j"
# Letters of a message: some ten lines beside the screen.
MOST_SAID = 500


class GpuPlanApp(App[None]):
    """Holds the session; all else is the screen's."""

    CSS_PATH = "app.tcss"
    TITLE = "gpuplan"
    BINDINGS: ClassVar[list[BindingType]] = [Binding("ctrl+q", "quit", "Quit", priority=True)]

    def __init__(
        self, data: Mapping[str, Any] | None = None, path: Path | None = None, catalog: Path | None = None,
        root: Root | None = None, kept: Kept | None = None, opened: Opened = in_a_thread,
    ) -> None:  # fmt: skip
        """opened: where jobs are run."""
        super().__init__()
        self.kept = kept or Kept()
        self.session = Session(data or self.kept.question, path, root)
        self.session.asked = [PastQuestion(question, said) for question, said in self.kept.asked]
        self.fault: Exception | None = None
        self._catalog, self._opened = catalog, opened
        self._tidies, self._pressed = False, 0.0
        self._order = KeyOrder(self)
        self._filters += [Contrast(), Inert()]

    @property
    def touched(self) -> bool:
        """Whether anything was asked or typed here: an app that was looked at only leaves what was kept."""
        return bool(self.session.asked) or self.session.edited

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

    def notify(self, message: str, **more: Any) -> None:
        """Say something beside the screen, which a text of others never covers."""
        super().notify(shortened(message, MOST_SAID), **more)

    def tidy_when_idle(self) -> None:
        """Collect garbage after so long without a key [s], not while one is answered."""
        self._tidies = True

    def _tidy(self) -> None:
        if time.monotonic() - self._pressed > IDLE_S and gc.get_count()[1]:
            gc.collect()

    async def on_event(self, event: Event) -> None:
        if isinstance(event, InputEvent):
            self._pressed = time.monotonic()
        if isinstance(event, Key) and event.key == TYPED_AHEAD:
            event = Key("enter", "\r")
        if not isinstance(event, Key | Paste) or event.is_forwarded:
            await super().on_event(event)
        elif self._order.takes(event):
            await super().on_event(event)
            self._order.follow()

    def lose(self, why: str) -> None:
        """The process that computes is gone; told from another thread."""
        self.call_later(self._handle_exception, RuntimeError(why))

    def on_mount(self) -> None:
        if self._tidies:
            self.set_interval(IDLE_S, self._tidy)
        self.register_theme(DARK)
        self.register_theme(LIGHT)
        self.theme = self.kept.theme if self.kept.theme in self.available_themes else "gpuplan"
        self.set_keymap(dict(self.kept.keys))
        screen = MainScreen(self.session, self._catalog, self.kept.pins, self._opened)
        screen.expect(self.size)
        self.push_screen(screen)
        if self.kept.lost:
            self.notify(self.kept.lost, severity="warning", timeout=8, markup=False)

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
