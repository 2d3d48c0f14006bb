"""Keys and pasted texts in the order they came: each is answered before the next one is handed on."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Sequence
from typing import Any

from textual.app import App
from textual.dom import DOMNode
from textual.events import Key, Paste

# A key whose answer takes longer holds the next one up no more [s].
MOST_S = 1.0
# A key opens a screen at the end of its way up through the widgets; the screen takes the focus on the way after.
WAYS = 2


class KeyOrder:
    """Without it the keys of one burst all go to what had the focus before the first of them."""

    def __init__(self, app: App[Any]) -> None:
        self._app = app
        self._waiting: deque[Key | Paste] = deque()
        self._next: Key | Paste | None = None
        self._number, self._busy = 0, False
        self._limit: asyncio.TimerHandle | None = None

    def takes(self, event: Key | Paste) -> bool:
        """Whether the event is handed on now; else it comes to the app again when those before it are answered."""
        if event is self._next:
            self._next = None
        elif self._busy:
            self._waiting.append(event)
            return False
        self._busy = True
        return True

    def follow(self) -> None:
        """The event was handed on: a call goes the same way behind it, widget by widget."""
        self._number += 1
        app, number = self._app, self._number
        self._limit = asyncio.get_running_loop().call_later(MOST_S, lambda: app.call_later(self._done, number))
        self._walk(self._way(), WAYS - 1, number)

    def _way(self) -> Sequence[DOMNode]:
        if not self._app.screen_stack:
            return [self._app]
        return (self._app.focused or self._app.screen).ancestors_with_self

    def _walk(self, way: Sequence[DOMNode], more: int, number: int) -> None:
        if number != self._number:
            return
        for n, node in enumerate(way, 1):
            if node.call_later(self._walk, way[n:], more, number):  # not by one that is being taken away
                return
        if more:
            self._walk(self._way(), more - 1, number)
        else:
            self._done(number)

    def _done(self, number: int) -> None:
        if number != self._number or not self._busy or self._next is not None:
            return
        if self._limit is not None:
            self._limit.cancel()
        if self._waiting:
            self._next = self._waiting.popleft()
            self._app.post_message(self._next)
        else:
            self._busy = False
