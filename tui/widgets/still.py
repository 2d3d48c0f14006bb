"""A text that is drawn anew without a new layout of the screen, unless it needs more lines or fewer."""

from __future__ import annotations

from rich.text import Text
from textual.widgets import Static


class Still(Static):
    """As wide as it is given, as high as its text."""

    def __init__(self, said: str = "", *, id: str) -> None:
        super().__init__(said, id=id, markup=False)
        self._said: Text | str = said

    def say(self, text: Text | str) -> None:
        """Show a text; the one that is shown already costs nothing."""
        if text == self._said and type(text) is type(self._said):
            return
        self._said = text
        width, before = self.content_size
        # Where it is not seen its height is found once it is.
        self.update(text, layout=not width)
        if width and self.get_content_height(self.size, self.screen.size, width) != before:
            self.refresh(layout=True)
