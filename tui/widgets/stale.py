"""What is of an older question is marked, and drawn dim (`tui/painting.py`)."""

from __future__ import annotations

from textual.widget import Widget

STALE = "-stale"


def mark_stale(widget: Widget, stale: bool) -> None:
    """Mark a widget with all that it holds. No rule of the stylesheet is about the class: nothing is styled anew."""
    if widget.has_class(STALE) == stale:
        return
    widget.set_class(stale, STALE, update=False)
    parent = widget.parent
    if isinstance(parent, Widget):
        parent.refresh(widget.region.translate(-parent.region.offset))
