"""Helpers that drive the real app."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

from textual.pilot import Pilot

from tui.screens.main import MainScreen
from tui.widgets.headline import Headline


def main_screen(pilot: Pilot[Any]) -> MainScreen:
    return next(s for s in pilot.app.screen_stack if isinstance(s, MainScreen))


def headline(pilot: Pilot[Any]) -> Headline:
    return main_screen(pilot).query_one(Headline)


async def until(pilot: Pilot[Any], true: Callable[[], bool], seconds: float = 30.0) -> None:
    """Wait until something holds; the test fails where it never does."""
    for _ in range(int(seconds / 0.02)):
        await pilot.pause()
        if true():
            return
        await asyncio.sleep(0.02)
    raise AssertionError(f"never came to hold; the headline says {headline(pilot).render()!s}")


async def answered(pilot: Pilot[Any], state: str = "answer", text: str = "") -> str:
    """Wait for a state of the headline that holds a text, details included; what it says then."""
    await until(pilot, lambda: bool(pilot.app.screen_stack[1:]) and headline(pilot).state == state
                and text in str(headline(pilot).render()) and "..." not in str(headline(pilot).render()))  # fmt: skip
    return str(headline(pilot).render())
