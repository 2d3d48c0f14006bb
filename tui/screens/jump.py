"""A letter on everything that can have the focus; its key goes there."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from rich.text import Text
from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.screen import ModalScreen, Screen
from textual.widget import Widget
from textual.widgets import Static

LETTERS = "asdfghjklqwertyuiopzxcvbnmASDFGHJKLQWERTYUIOPZXCVBNM"


class Jump(ModalScreen[Widget | None]):
    """Stands over a screen; escape, or a letter that is nowhere, leaves it as it was."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "leave", "Leave")]

    def __init__(self, targets: Sequence[Widget]) -> None:
        super().__init__()
        self._targets = dict(zip(LETTERS, targets, strict=False))

    def compose(self) -> ComposeResult:
        for letter, widget in self._targets.items():
            mark = Static(Text(f" {letter} "), classes="jump")
            mark.styles.offset = widget.region.offset
            yield mark

    def on_key(self, event: events.Key) -> None:
        if event.key == "escape":
            return
        event.stop()
        self._leave(self._targets.get(event.character or ""))

    def action_leave(self) -> None:
        self._leave(None)

    def _leave(self, widget: Widget | None) -> None:
        if self.is_current:  # a second key may come before the first is done
            self.dismiss(widget)


def targets(screen: Screen[None]) -> list[Widget]:
    """What can have the focus and is seen, as the tab key goes through it."""
    seen = screen.region
    return [widget for widget in screen.focus_chain if widget.region.overlaps(seen) and widget.region.area]
