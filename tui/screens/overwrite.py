"""A small dialog before a file is written over."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Label

from planner.writing import old_name


class Overwrite(ModalScreen[bool]):
    """A letter, and not enter, which has just been pressed for the name of the file."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("y", "answer(True)", "Write over it"),
        Binding("n,escape", "answer(False)", "Leave it as it is"),
    ]

    def __init__(self, path: Path) -> None:
        super().__init__()
        self._path = path

    def compose(self) -> ComposeResult:
        with Vertical(id="ask"):
            yield Label(f"{self._path} is there already.", markup=False)
            yield Label(
                f"y writes over it and keeps the old one as {old_name(self._path).name}; n leaves it as it is",
                markup=False,
            )

    def action_answer(self, yes: bool) -> None:
        if self.is_current:  # a second key may come before the first is done
            self.dismiss(yes)
