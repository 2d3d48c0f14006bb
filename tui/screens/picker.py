"""A list to choose from by some letters of a name: one of them, or several with marks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import ClassVar

from rich.text import Text
from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.message import Message
from textual.screen import ModalScreen
from textual.widgets import Input, OptionList, Static

from tui.widgets.matches import best

SHOWN = 400
READING = "the catalogs are being read"
ONE = "letters filter; enter takes the marked line, escape none"
SEVERAL = "letters filter; space checks, enter takes what is checked, backspace in an empty filter checks none"


class LetterInput(Input):
    """Letters of a name; names are found without their spaces, so that key checks a line."""

    def on_key(self, event: events.Key) -> None:
        if event.key == "space":
            event.stop()
            event.prevent_default()
            self.post_message(self.Checked())

    class Checked(Message):
        """The key was pressed."""


class Picker(ModalScreen[tuple[str, ...] | None]):
    """Enter takes what is checked, and the line of the cursor where letters stand in the filter."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "leave", "Leave"),
        Binding("down", "move(1)", "Next", priority=True),
        Binding("up", "move(-1)", "Last", priority=True),
        Binding("pagedown", "move(10)", "Ten on", priority=True),
        Binding("pageup", "move(-10)", "Ten back", priority=True),
        Binding("backspace", "back", "None", priority=True),
        Binding("tab", "check", "Check", priority=True, show=False),
    ]

    def __init__(
        self, title: str, names: Sequence[str] | None, chosen: Sequence[str] = (), *, several: bool = False,
        usual: Mapping[str, str] | None = None, field: str = "",
    ) -> None:  # fmt: skip
        """names: None where they are still being read, see `offer`; usual: the name among them that another name alone
        means; field: the key that they are of."""
        super().__init__()
        self._title, self._several, self.field = title, several, field
        self._chosen = [name for name in chosen if name]
        self._shown: list[str] = []
        # Letters that were taken before there were names to find by them.
        self.waits, self.early = names is None, ""
        self._take(names or (), usual)

    def _take(self, names: Sequence[str], usual: Mapping[str, str] | None) -> None:
        self._names, self._usual = list(names), usual or {}
        self._order = [*self._chosen, *(name for name in self._names if name not in self._chosen)]

    def offer(self, names: Sequence[str], usual: Mapping[str, str]) -> None:
        """The names, now that they are read."""
        self.waits = False
        self._take(names, usual)
        self._say_keys()
        self._fill()

    def compose(self) -> ComposeResult:
        with Vertical(id="pick") as box:
            box.border_title = self._title
            yield LetterInput(placeholder="some letters of a name", id="pick-filter", compact=True)
            yield OptionList(id="pick-list", compact=True)
            yield Static("", id="pick-keys", markup=False)

    def on_mount(self) -> None:
        self._list.can_focus = False
        self.query_one(Input).focus()
        self._say_keys()
        self._fill(self._chosen[0] if self._chosen and not self._several else None)

    def _say_keys(self) -> None:
        keys = SEVERAL if self._several else ONE
        self.query_one("#pick-keys", Static).update(f"{READING}; {keys}" if self.waits else keys)

    @property
    def _list(self) -> OptionList:
        return self.query_one(OptionList)

    @property
    def _typed(self) -> str:
        return self.query_one(Input).value.strip()

    def _fill(self, keep: str | None = None) -> None:
        """The names that hold the letters, best first; without letters those that were checked before the others."""
        self._shown = best(self._names, self._typed, SHOWN, self._usual) if self._typed else self._order
        self._list.clear_options()
        self._list.add_options([self._line(name) for name in self._shown])
        self._list.highlighted = (self._shown.index(keep) if keep in self._shown else 0) if self._shown else None

    def _line(self, name: str) -> Text:
        mark = ("[x] " if name in self._chosen else "[ ] ") if self._several else ""
        return Text(mark + name, no_wrap=True, overflow="ellipsis")

    @on(Input.Changed)
    def _filter(self, event: Input.Changed) -> None:
        event.stop()
        self._fill()

    def action_move(self, by: int) -> None:
        if self._shown:
            self._list.highlighted = min(max(0, (self._list.highlighted or 0) + by), len(self._shown) - 1)

    @property
    def _here(self) -> str | None:
        at = self._list.highlighted
        return self._shown[at] if at is not None and at < len(self._shown) else None

    def action_check(self) -> None:
        """Turn the mark of the line; the filter is empty again for the next name."""
        name = self._here
        if not self._several or name is None:
            return
        self._chosen = [n for n in self._chosen if n != name] if name in self._chosen else [*self._chosen, name]
        if self._typed:
            self.query_one(Input).value = ""
        else:
            self._fill(name)

    @on(LetterInput.Checked)
    def _space(self, event: LetterInput.Checked) -> None:
        event.stop()
        self.action_check()

    def action_back(self) -> None:
        """Take a letter back; where there is none, check nothing."""
        if self.query_one(Input).value:
            self.query_one(Input).action_delete_left()
        else:
            self._chosen = []
            self._fill()

    @on(Input.Submitted)
    def _entered(self, event: Input.Submitted) -> None:
        event.stop()
        if self.waits:
            self.early = self._typed
            self._leave(tuple(self._chosen))
            return
        here = self._here
        if not self._several:
            self._leave((here,) if here is not None else None)
            return
        if here is not None and self._typed and here not in self._chosen:
            self._chosen = [*self._chosen, here]
        self._leave(tuple(self._chosen))

    @on(OptionList.OptionSelected)
    def _clicked(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        if self._several:
            self.action_check()
        else:
            self._leave((self._shown[event.option_index],))

    def action_leave(self) -> None:
        self._leave(None)

    def _leave(self, names: tuple[str, ...] | None) -> None:
        if self.is_current:  # a second key may come before the first is done
            self.dismiss(names)
