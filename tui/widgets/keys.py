"""The keys that do something now, in one line; a click does what the key does.

Textual's footer makes a widget for every key whenever the focus moves, and keeps the old ones.
"""

from __future__ import annotations

from rich.style import Style
from rich.text import Text
from textual import events
from textual.color import Color
from textual.dom import DOMNode
from textual.screen import Screen
from textual.widgets import Static


class KeyBar(Static):
    """Keys of the focused widget first, then those of the screen and the app."""

    def __init__(self) -> None:
        super().__init__("", id="keys", markup=False)
        self._spans: list[tuple[int, int, DOMNode, str]] = []

    def on_mount(self) -> None:
        self.screen.bindings_updated_signal.subscribe(self, self._changed)
        self._changed(self.screen)

    def _changed(self, screen: Screen[object]) -> None:
        if not self.is_attached or not screen.is_current:
            return
        accent = Color.parse(self.app.theme_variables["accent"])
        named = Style(bold=True, color=accent.rich_color)
        text, spans, seen = Text(), [], set()
        for node, binding, enabled, _ in screen.active_bindings.values():
            if not binding.show or not enabled or binding.action in seen:
                continue
            seen.add(binding.action)
            begin = len(text)
            text.append(f" {self.app.get_key_display(binding)}", style=named)
            text.append(f" {binding.description} ")
            spans.append((begin, len(text), node, binding.action))
        self._spans = spans
        self.update(text, layout=False)

    async def on_click(self, event: events.Click) -> None:
        for begin, end, node, action in self._spans:
            if begin <= event.x < end:
                await self.app.run_action(action, default_namespace=node)
                return
