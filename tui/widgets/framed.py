"""A panel whose frame says that the focus is within it."""

from __future__ import annotations

from textual import events
from textual.widget import Widget

WITHIN = "-within"


class Framed(Widget):
    """Carries a class while the focus is within. `:focus-within` would have the styles of all that it holds found anew,
    which takes 30 ms of a form."""

    def on_descendant_focus(self, event: events.DescendantFocus) -> None:
        self._tell()

    def on_descendant_blur(self, event: events.DescendantBlur) -> None:
        self._tell()

    def _tell(self) -> None:
        within = self.has_focus_within
        if within != self.has_class(WITHIN):
            self.set_class(within, WITHIN, update=False)
            self.app.stylesheet.update_nodes([self])
