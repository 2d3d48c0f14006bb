"""The side of the session's process: Textual over two pipes, which leaves when its server is gone."""

from __future__ import annotations

import os
import threading
from typing import Any

from textual import messages
from textual.app import App
from textual.drivers.web_driver import WebDriver

GRACE_S = 5.0


class PipeDriver(WebDriver):
    """Textual's own driver goes on after the end of its input, and for ever where its server was killed."""

    def __init__(
        self, app: App[Any], *, debug: bool = False, mouse: bool = True, size: tuple[int, int] | None = None
    ) -> None:
        super().__init__(app, debug=debug, mouse=mouse, size=size)
        self._write = self._put  # type: ignore[assignment]

    def _put(self, data: bytes) -> int:
        """All of it: a signal may cut a write to a pipe short. What nobody reads is dropped."""
        left = memoryview(data)
        try:
            while left:
                left = left[os.write(self.fileno, left) :]
        except BrokenPipeError:
            pass
        return len(data)

    def run_input_thread(self) -> None:
        super().run_input_thread()
        if not self.exit_event.is_set():
            last = threading.Timer(GRACE_S, os._exit, (1,))
            last.daemon = True
            last.start()
            self._app.post_message(messages.ExitApp())
