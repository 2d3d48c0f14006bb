"""Lines after `:`, those before the catalogs are read among them."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot

from planner.errors import InputError
from tests.tui.conftest import H100, answered, app, headline, main_screen, paste, until
from tui import catalogs
from tui.commands import BY_NAME, COMMANDS
from tui.screens.commanding import toml_value
from tui.screens.main import VIEWS, MainScreen
from tui.screens.picker import READING, Picker

pytestmark = pytest.mark.usefixtures("equal_plans_are_simulated_once", "whole_screens_are_drawn_only")
VALUES = {
    "model": "q332b", "preset": "chat", "percentile": "p99", "gpu": "h100,l40s", "format": "fp8", "kv": "fp8",
    "engine": "vllm", "provider": "runpod", "rented": "on_demand", "class": "hyperscaler", "set": "traffic.cv 2",
    "why": "l40s", "trace": "day.csv", "load": "mine.toml", "save": "saved.toml", "deploy": "d.sh",
    "report": "r.md", "view": "quant", "theme": "nord", "confidence": "0.9", "prefix": "0.5",
}  # fmt: skip
LEAVE = {"ctrl+q", "ctrl+c", "ctrl+d"}


def test_values_are_those_of_a_workload_file() -> None:
    assert toml_value("[0.1, 0.2]") == [0.1, 0.2]
    assert toml_value("0.5 a") == "0.5 a"


@pytest.fixture
def gate(monkeypatch: pytest.MonkeyPatch) -> Iterator[threading.Event]:
    """The catalogs are read once it is open."""
    event, read = threading.Event(), catalogs.read

    def waiting(folder: Path | None) -> Any:
        event.wait(60)
        return read(folder)

    monkeypatch.setattr(catalogs, "read", waiting)
    yield event
    event.set()


def told(pilot: Pilot[Any]) -> list[str]:
    """What stands beside the screen; it is there a moment after the key."""
    return [each.message for each in pilot.app._notifications]


def seen(pilot: Pilot[Any]) -> tuple[Any, ...]:
    """What a user may notice."""
    screen, notes = main_screen(pilot), told(pilot)
    session = screen.session
    return session.texts, session.base, screen.view, pilot.app.theme, pilot.app.screen_stack, notes, pilot.app.clipboard


async def obeyed(pilot: Pilot[Any], line: str) -> None:
    await pilot.press("colon")
    await paste(pilot, line)
    await pilot.press("enter")
    await pilot.pause()


@pytest.mark.usefixtures("any_answer_will_do")
async def test_before_the_catalogs_are_read_every_command_does_or_says_something(
    gate: threading.Event, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "mine.toml").write_text('model = "Qwen/Qwen3-8B"\n[traffic]\nrate_per_s = 3\n')
    async with app().run_test(size=(120, 40), notifications=True) as pilot:
        await until(pilot, lambda: bool(pilot.app.screen_stack[1:]))
        for command in COMMANDS:
            if command.name == "quit":
                continue
            pilot.app.clear_notifications()
            before = seen(pilot)
            main_screen(pilot)._commanded(f"{command.name} {VALUES.get(command.name, '7' if command.field else '')}")
            await until(pilot, lambda before=before: seen(pilot) != before, 5.0)  # type: ignore[misc]
            while not isinstance(pilot.app.screen, MainScreen):
                await pilot.press("escape")


@pytest.mark.usefixtures("any_answer_will_do")
async def test_before_the_catalogs_are_read_every_key_of_every_view_is_answered(gate: threading.Event) -> None:
    async with app().run_test(size=(120, 40)) as pilot:
        await until(pilot, lambda: bool(pilot.app.screen_stack[1:]))
        pressed = set[str]()
        for view in VIEWS:
            main_screen(pilot).action_view(view)
            await until(pilot, lambda view=view: main_screen(pilot).view == view)  # type: ignore[misc]
            await pilot.press("escape")
            for key in sorted(set(main_screen(pilot).active_bindings) - LEAVE - pressed):
                await pilot.press(key)
                pressed.add(key)
                while not isinstance(pilot.app.screen, MainScreen):
                    pilot.app.pop_screen()
                    await pilot.pause()
                if main_screen(pilot).view != view:
                    main_screen(pilot).action_view(view)
                    await until(pilot, lambda view=view: main_screen(pilot).view == view)  # type: ignore[misc]
        assert {"R", "y", "D", "n", "p", "W", "m", "x", "r", "b"} <= pressed
        gate.set()
        await until(pilot, lambda: main_screen(pilot).settled)


@pytest.mark.usefixtures("any_answer_will_do")
async def test_what_needs_the_catalogs_waits_for_them_and_is_then_done(
    gate: threading.Event, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    async with app().run_test(size=(120, 40)) as pilot:
        await until(pilot, lambda: bool(pilot.app.screen_stack[1:]))
        texts = lambda key: main_screen(pilot).session.texts[key]  # noqa: E731
        for line in ("model q332b", "gpu h200", "nothing at all", "report r.md", "rate 2"):
            await obeyed(pilot, line)
        assert (texts("model"), texts("traffic.rate_per_s")) == (H100["model"], "2")
        waiting = [f":{line} waits: the catalogs are being read" for line in ("model q332b", "gpu h200", "report r.md")]
        await until(pilot, lambda: [each for each in told(pilot) if "waits" in each] == waiting)
        for key, letters in (("w", "fp8"), ("e", "nothing of that name")):
            await pilot.press(key)
            await paste(pilot, letters)
            await pilot.press("enter")
        await pilot.press("v")
        picker = pilot.app.screen
        assert isinstance(picker, Picker)
        await paste(pilot, "fp8")
        assert READING in str(picker.query_one("#pick-keys").render())
        waiting = [
            f"{letters} waits: {READING}" for letters in ("Weight formats: fp8", "Engines: nothing of that name")
        ]
        await until(pilot, lambda: told(pilot)[-2:] == waiting)
        gate.set()
        await until(pilot, lambda: not picker.waits)
        await pilot.press("enter")
        assert texts("scope.formats") == "fp8"
        assert texts("scope.engines") == ""
        await until(pilot, lambda: any("no such name of Engines" in each for each in told(pilot)))
        assert (texts("model"), texts("scope.gpus")) == ("Qwen/Qwen3-32B", "h200")
        assert texts("scope.kv_formats").startswith("fp8")
        await until(pilot, lambda: (tmp_path / "r.md").exists())


async def test_catalogs_that_cannot_be_read_are_what_everything_says(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(_: Path | None) -> Any:
        raise InputError("own.toml: no table")

    monkeypatch.setattr(catalogs, "read", broken)
    async with app().run_test(size=(120, 40)) as pilot:
        await answered(pilot, "error", "own.toml: no table")
        await obeyed(pilot, "report r.md")
        await pilot.press("y", "n", "p")
        await until(pilot, lambda: len([each for each in told(pilot) if each.endswith(": own.toml: no table")]) == 4)
        await pilot.press("4")
        await until(pilot, lambda: bool(main_screen(pilot).query("#money-head")))
        await until(pilot, lambda: "own.toml" in str(main_screen(pilot).query_one("#money-head").render()))


async def test_catalogs_are_shown_under_a_question_that_is_none() -> None:
    async with app({**H100, "scope": {"gpus": ["H999"]}}).run_test(size=(120, 40)) as pilot:
        await answered(pilot, "error", "H999")
        await pilot.press("6")
        await until(pilot, lambda: bool(main_screen(pilot).query("#grid-gpus")) and main_screen(pilot).settled
                    and main_screen(pilot).query_one("#grid-gpus").row_count > 100)  # type: ignore[attr-defined]  # fmt: skip


async def test_what_is_infeasible_is_not_pinned_and_says_so() -> None:
    async with app({**H100, "sla": {"ttft_p95_s": 0.0001}}).run_test(size=(120, 40)) as pilot:
        await answered(pilot, "infeasible")
        pilot.app.clear_notifications()
        await pilot.press("p", "y")
        none = [
            "nothing to pin: no candidate meets the question",
            "there is no plan to start: no plan meets this question",
        ]
        await until(pilot, lambda: told(pilot) == none)


async def test_an_answer_of_the_question_before_is_not_started_pinned_or_applied(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async with app().run_test(size=(120, 40)) as pilot:
        await until(pilot, lambda: bool(pilot.app.screen_stack[1:]) and main_screen(pilot).settled)
        screen = main_screen(pilot)
        await answered(pilot)
        with monkeypatch.context() as patch:
            patch.setattr(screen, "_ask", lambda *_: None)
            screen.obey(BY_NAME["rate"], "40")
            pilot.app.clear_notifications()
            await pilot.press("y", "p", "n")
            waiting = [
                f"{each}: the question is being planned"
                for each in ("there is no plan to start", "nothing to pin", "nothing to apply")
            ]
            await until(pilot, lambda: told(pilot) == waiting)
        assert screen.session.pins == ()
        assert headline(pilot).state == "answer"
