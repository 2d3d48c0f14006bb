"""A small dialog that asks for a path."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Input, Label

from planner.errors import InputError


def home(text: str) -> Path:
    """A path as typed, `~` and `~user` included; raises InputError where there is no such user."""
    try:
        return Path(text).expanduser()
    except RuntimeError as error:
        raise InputError(f"{text[:80]}: no such user") from error


class AskPath(ModalScreen[Path | None]):
    """Enter takes the path, escape none."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "leave", "Leave")]

    def __init__(self, question: str, offered: Path) -> None:
        super().__init__()
        self._question, self._offered = question, offered

    def compose(self) -> ComposeResult:
        with Vertical(id="ask"):
            yield Label(self._question, markup=False)
            yield Input("" if self._offered == Path() else str(self._offered), id="path", select_on_focus=False)

    def on_mount(self) -> None:
        self.query_one(Input).focus()

    @on(Input.Submitted)
    def _given(self, event: Input.Submitted) -> None:
        text = event.value.strip()
        try:
            self._leave(home(text) if text else None)
        except InputError as error:
            self.notify(str(error), severity="error", markup=False)

    def action_leave(self) -> None:
        self._leave(None)

    def _leave(self, path: Path | None) -> None:
        if self.is_current:  # a second key may come before the first is done
            self.dismiss(path)
