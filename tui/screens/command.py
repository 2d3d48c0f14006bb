"""The line after `:`, with what it may go on to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import ClassVar

from rich.text import Text
from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Input, OptionList

from tui.commands import BY_NAME, completions
from tui.root import Root


class CommandLine(ModalScreen[str | None]):
    """Tab takes the marked completion, enter the line as it stands; up and down go through completions."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "leave", "Leave"),
        Binding("tab", "complete", "Complete", priority=True),
        Binding("down", "move(1)", "Next", priority=True),
        Binding("up", "move(-1)", "Last", priority=True),
    ]

    def __init__(
        self, names: Mapping[str, Sequence[str]], text: str = "", root: Root | None = None,
        usual: Mapping[str, str] | None = None,
    ) -> None:  # fmt: skip
        super().__init__()
        self._usual = usual
        self._names, self._text, self._root = names, text, root or Root()
        self._shown: list[str] = []
        self._moved = False

    def compose(self) -> ComposeResult:
        with Vertical(id="command") as box:
            box.border_title = ": command"
            yield Input(self._text, id="command-text", compact=True, select_on_focus=False)
            yield OptionList(id="command-list", compact=True)

    def on_mount(self) -> None:
        self.query_one(OptionList).can_focus = False
        self.query_one(Input).focus()
        self._fill()

    def offer(self, names: Mapping[str, Sequence[str]], usual: Mapping[str, str]) -> None:
        """Other names to complete, once the catalogs are read."""
        self._names, self._usual = names, usual
        self._fill()

    def _fill(self) -> None:
        typed, self._moved = self.query_one(Input).value, False
        self._shown = completions(typed, self._names, self._root.listed, self._usual)
        found = self.query_one(OptionList)
        found.clear_options()
        found.add_options([_line(text) for text in self._shown])
        found.highlighted = 0 if self._shown else None

    @on(Input.Changed)
    def _typed(self, event: Input.Changed) -> None:
        event.stop()
        self._fill()

    def action_move(self, by: int) -> None:
        if self._shown:
            found = self.query_one(OptionList)
            found.highlighted = ((found.highlighted or 0) + by) % len(self._shown)
            self._moved = True

    def action_complete(self) -> None:
        text = self._marked
        if text is not None:
            field = self.query_one(Input)
            field.value = f"{text} " if _takes(text) else text
            field.cursor_position = len(field.value)

    @property
    def _marked(self) -> str | None:
        at = self.query_one(OptionList).highlighted
        return self._shown[at] if at is not None and at < len(self._shown) else None

    @on(Input.Submitted)
    def _entered(self, event: Input.Submitted) -> None:
        """The line; after a move through the completions the marked one."""
        event.stop()
        if self._moved and self._marked is not None and _takes(self._marked):
            self.action_complete()
            return
        self._leave(self._marked if self._moved else event.value.strip() or None)

    @on(OptionList.OptionSelected)
    def _clicked(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        self.action_complete()

    def action_leave(self) -> None:
        self._leave(None)

    def _leave(self, text: str | None) -> None:
        if self.is_current:  # a second key may come before the first is done
            self.dismiss(text)


def _takes(text: str) -> bool:
    """Whether a line is a command's name only, and more must follow."""
    command = BY_NAME.get(text)
    return command is not None and bool(command.field or command.takes)


def _line(text: str) -> Text:
    command = BY_NAME.get(text)
    return Text.assemble(text, (f"  {command.says}" if command is not None else "", "dim"), no_wrap=True)
