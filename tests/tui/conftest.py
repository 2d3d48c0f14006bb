"""Helpers that drive the real app."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from typing import Any
from weakref import WeakKeyDictionary

import pytest
from rich.console import RenderableType
from textual._compositor import Compositor
from textual.css.model import RuleSet
from textual.css.stylesheet import Stylesheet
from textual.events import Paste
from textual.geometry import Size
from textual.pilot import Pilot
from textual.widgets import Input

from planner.catalogs import Catalogs
from planner.physics.coefficients import Coefficients
from planner.plan.candidate import Details, details
from planner.plan.context import Context
from planner.plan.explore import Explored, explore
from planner.plan.shortlist import shortlist
from planner.planner import Planner
from planner.request.reading import parse_request
from tests.consistency.drawn import TORTURE
from tests.tui.asked_once import ASKED, Once
from tui.app import GpuPlanApp
from tui.screens.main import MainScreen
from tui.widgets.headline import Headline

H100 = {
    "model": "Qwen/Qwen2.5-7B-Instruct", "traffic": {"rate_per_s": 4.0}, "input_tokens": {"mean": 500.0},
    "output_tokens": {"mean": 100.0}, "sla": {"tpot_p95_s": 0.05}, "scope": {"gpus": ["H100", "L40S"]},
}  # fmt: skip

# For tests of keys, fields and screens, which look at no answer: soon planned, checked, varied and compared.
QUICK = H100 | {
    "scope": {"gpus": ["L40S"], "formats": ["bf16", "fp8"], "kv_formats": ["bf16"], "engines": ["vllm"]},
}  # fmt: skip


def main_screen(pilot: Pilot[Any]) -> MainScreen:
    return next(s for s in pilot.app.screen_stack if isinstance(s, MainScreen))


def headline(pilot: Pilot[Any]) -> Headline:
    return main_screen(pilot).query_one(Headline)


async def until(pilot: Pilot[Any], true: Callable[[], bool], seconds: float = 30.0) -> None:
    """Wait until something holds; the test fails where it never does."""
    end_s = time.monotonic() + seconds
    while time.monotonic() < end_s:
        if true():
            await no_message_is_left(pilot)  # one on its way may make it untrue
            if true():
                return
        await asyncio.sleep(0.005)
    raise AssertionError(f"never came to hold; the headline says {headline(pilot).text}")


async def no_message_is_left(pilot: Pilot[Any]) -> None:
    """A pause without the frame that it waits for."""
    await pilot._wait_for_screen()
    await at_rest()
    pilot.app.screen._on_timer_update()


async def answered(pilot: Pilot[Any], state: str = "answer", text: str = "") -> str:
    """Wait for a state of the headline that holds a text, details included; what it says then."""
    await until(pilot, lambda: bool(pilot.app.screen_stack[1:]) and headline(pilot).state == state
                and text in headline(pilot).text and "..." not in headline(pilot).text)  # fmt: skip
    return headline(pilot).text


def app(data: dict[str, Any] | None = None, **more: Any) -> GpuPlanApp:
    return GpuPlanApp(H100 if data is None and "kept" not in more else data, **more)


def put(pilot: Pilot[Any], field: str, text: str) -> None:
    main_screen(pilot).query_one(f"#{field}", Input).value = text


async def paste(pilot: Pilot[Any], text: str) -> None:
    """Text into the field that has the focus, at once: each letter that is typed is a look at all that follows."""
    focused = pilot.app.focused
    assert isinstance(focused, Input), focused
    focused.post_message(Paste(text))
    await pilot.pause()


async def view(pilot: Pilot[Any], key: str, name: str) -> None:
    await pilot.press(key)
    await until(pilot, lambda: main_screen(pilot).view == name)


@pytest.fixture(autouse=True)
def nothing_glides(monkeypatch: pytest.MonkeyPatch) -> None:
    """Lines and scrolls move at once: frames in between are no state that a test looks at."""
    monkeypatch.setattr("textual.constants.TEXTUAL_ANIMATIONS", "none")


async def at_rest(least_s: float = 0.0) -> None:
    """As Textual's wait for an idle process, at most a second; it looks every 5 ms in place of 20."""
    end_s = time.monotonic() + 1.0
    spent_s = 1.0
    while spent_s > 0.0005 and time.monotonic() < end_s:
        began_s = time.process_time()
        await asyncio.sleep(max(least_s, 0.005))
        spent_s = time.process_time() - began_s


@pytest.fixture(autouse=True)
def keys_wait_for_rest_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """A key that is pressed waits twice. A pause of the pilot stays as long as it is: a screen is laid out in it."""
    monkeypatch.setattr("textual.app.wait_for_idle", at_rest)


@pytest.fixture(scope="session")
def style_sheets() -> dict[Any, list[RuleSet]]:
    """Rules by the text they were read from and the variables in force."""
    return {}


@pytest.fixture(autouse=True)
def equal_style_sheets_are_parsed_once(style_sheets: dict[Any, list[RuleSet]], monkeypatch: pytest.MonkeyPatch) -> None:
    """Each app parses the same rules; nothing changes a rule once it is parsed. A rule's own hash calls `id`, and the
    fence is told of each of these millions of calls."""
    parse = Stylesheet._parse_rules
    monkeypatch.setattr(RuleSet, "__hash__", object.__hash__)

    def once(self: Stylesheet, *text: Any, **place: Any) -> list[RuleSet]:
        key = text, *sorted(place.items()), tuple(sorted(self._variables.items()))
        if key not in style_sheets:
            style_sheets[key] = parse(self, *text, **place)
        return style_sheets[key]

    monkeypatch.setattr(Stylesheet, "_parse_rules", once)


@pytest.fixture
def whole_screens_are_drawn_only(monkeypatch: pytest.MonkeyPatch) -> None:
    """For tests of what happens: a screen is drawn where it is new or resized, and nobody sees the changes in between.
    What is drawn in each view and state, and after any key, is looked at by test_snapshots.py and test_monkey.py."""
    if TORTURE:
        return
    draw = Compositor.render_update
    drawn: WeakKeyDictionary[Compositor, Size] = WeakKeyDictionary()

    def seldom(self: Compositor, full: bool = False, **more: Any) -> RenderableType | None:
        if full or drawn.get(self) != self.size:
            drawn[self] = self.size
            return draw(self, True, **more)
        self._dirty_regions.clear()
        return None

    monkeypatch.setattr(Compositor, "render_update", seldom)


@pytest.fixture(scope="session")
def planner(catalogs: Catalogs, coefficients: Coefficients) -> Planner:
    return Planner(catalogs=catalogs, coefficients=coefficients)


@pytest.fixture(scope="session")
def explored(context: Context) -> Explored:
    return explore(parse_request(H100), context)


@pytest.fixture(scope="session")
def quick(context: Context) -> Explored:
    return explore(parse_request(QUICK), context)


@pytest.fixture
def any_answer_will_do(quick: Explored, _shared: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """For tests of keys: every question is answered as QUICK is, which was planned before; each letter of a number is
    a question. With GPUPLAN_TORTURE=1 each is planned."""
    if not TORTURE:
        monkeypatch.setattr(Planner, "explore", lambda planner, request, progress=None: quick)


@pytest.fixture(scope="session")
def found(explored: Explored) -> Details:
    """The winner from all sides."""
    return details(explored, shortlist(explored)[0].index)


@pytest.fixture(scope="session")
def answered_before(catalogs: Catalogs) -> dict[str, Once]:
    """What planners were asked, by method."""
    return {name: Once(getattr(Planner, name), catalogs) for name in ASKED}


@pytest.fixture(autouse=True)
def _shared(
    planners_share_a_context: None, answered_before: dict[str, Once], monkeypatch: pytest.MonkeyPatch
) -> None:  # fmt: skip
    """Screens are many, their questions few. With GPUPLAN_TORTURE=1 each screen asks its own planner."""
    for name, once in () if TORTURE else answered_before.items():
        monkeypatch.setattr(Planner, name, _asks(once))


def _asks(once: Once) -> Callable[..., Any]:
    return lambda planner, *args, **more: once.answer(planner, *args, **more)
