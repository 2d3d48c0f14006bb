"""Random keys and sizes, 10,000 keys with GPUPLAN_TORTURE=1: nothing breaks, nothing is left behind."""

from __future__ import annotations

import asyncio
import gc
import os
import random
import threading
from types import CoroutineType, FunctionType
from typing import Any

import pytest
from textual.pilot import Pilot
from textual.widget import Widget

from tests.consistency.drawn import TORTURE
from tests.tui.conftest import QUICK, answered, main_screen, until
from tui.app import GpuPlanApp
from tui.screens.main import VIEWS, MainScreen
from tui.session import Session

KEYS = (
    "tab", "shift+tab", "up", "down", "left", "right", "pageup", "pagedown", "home", "end", "enter", "escape", "space",
    "backspace", "delete", "plus", "minus", "left_square_bracket", "right_square_bracket", "slash", "s", "S", "p", "x",
    "X", "y", "r", "e", "0", "1", "8", "full_stop", "comma", "f1", "f2", "f3", "f4", "f5", "f6", "f7", "ctrl+z",
    "ctrl+y", "ctrl+b", "ctrl+s", "ctrl+o", "m", "g", "t", "W", "n", "u", "U", "h", "f", "a", "d", "z", "l", "b", "7",
)  # fmt: skip
# Keys in all, and after how many the objects are counted that may grow by a tenth from there.
SEED = int(os.environ.get("GPUPLAN_TORTURE_SEED", "0"))
KEYS_PRESSED, COUNTED_AT = (5000, 2500) if TORTURE else (80, 50)
COUNTED = (Widget, CoroutineType, FunctionType, asyncio.Task)
# Sizes of the terminal, from one that shows nearly nothing; so often it changes.
SIZES, RESIZED = ((20, 5), (40, 12), (80, 24), (100, 30), (240, 70)), 37


@pytest.mark.parametrize("seed", [SEED + 1, SEED + 2] if TORTURE else [1])
async def test_random_keys(seed: int, tmp_path: object, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(str(tmp_path))
    rng, app = random.Random(seed), GpuPlanApp(QUICK)
    threads = threading.active_count()
    async with app.run_test(size=(100, 30)) as pilot:
        await answered(pilot)
        await warm(pilot)
        for n in range(KEYS_PRESSED):
            app.simulate_key(rng.choice(KEYS))
            await asyncio.sleep(0)
            if n % 20 == 0:
                await pilot.pause()
            if n % RESIZED == 0:
                await pilot.resize_terminal(*rng.choice(SIZES))
            assert any(isinstance(s, MainScreen) for s in app.screen_stack), (n, app.screen_stack)
            if n == COUNTED_AT:
                before = counted()
        await pilot.pause()
        while not isinstance(app.screen, MainScreen):
            app.pop_screen()
            await pilot.pause()
        assert counted() < 1.10 * before
        assert len(app.screen.query("*")) < 600
        screen = main_screen(pilot)
        screen.action_view("plan")
        screen.session = Session(QUICK)
        screen.put()
        await answered(pilot)
    await until_threads(threads + 1)


async def warm(pilot: Pilot[Any]) -> None:
    """Each view once: what is read and imported for its first answer stays."""
    screen = main_screen(pilot)
    for view in (*VIEWS, "plan"):
        screen.action_view(view)
        await until(pilot, lambda: screen.settled)


def counted() -> int:
    """Records, widgets and work that are still held, once what can go has gone. What Textual keeps of drawn lines,
    regions and styles is not counted: it has bounds of its own, and grows with the sizes of the terminal. Nor is what a
    planner keeps of questions and runs, up to its bounds."""
    gc.collect()
    return sum(isinstance(held, COUNTED) or is_ours(type(held)) for held in gc.get_objects())


def is_ours(kind: type) -> bool:
    return str(getattr(kind, "__module__", "")).partition(".")[0] == "tui"


async def until_threads(count: int) -> None:
    for _ in range(500):
        if threading.active_count() <= count:
            return
        await asyncio.sleep(0.02)
    raise AssertionError(f"{threading.active_count()} threads are left")
