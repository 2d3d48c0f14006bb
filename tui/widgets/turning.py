"""Tabs that two keys turn."""

from __future__ import annotations

from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.widgets import Input, TabbedContent, TabPane, Tabs


class Turning(TabbedContent):
    """Where the focus is in what is turned away, it goes to what comes up."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("comma", "turn(-1)", "Side before", show=False),
        Binding("full_stop", "turn(1)", "Next side", show=False),
    ]

    def action_turn(self, by: int) -> None:
        """The side before or the next one."""
        names = [str(pane.id) for pane in self.query(TabPane)]
        old, focused = self.active_pane, self.screen.focused
        self.active = names[(names.index(self.active) + by) % len(names)]
        if old is not None and focused is not None and old in focused.ancestors:
            self.query_one(Tabs).focus()
            self.call_after_refresh(self._enter)

    def _enter(self) -> None:
        """Into the side that is seen; not into a field, in which the next key would be a letter."""
        pane = self.active_pane
        held = () if pane is None else pane.query("*")
        first = next((each for each in held if each.focusable and not isinstance(each, Input)), None)
        if first is not None:
            first.focus()
