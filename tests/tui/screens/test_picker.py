from __future__ import annotations

from typing import Any

import pytest
from textual.app import App
from textual.screen import Screen

from tui.screens.picker import Picker

NAMES = ("A100", "H100", "H200", "L40S")


class Holder(App[None]):
    def __init__(self, chosen: tuple[str, ...], several: bool) -> None:
        super().__init__()
        self.picker, self.taken = Picker("GPUs", NAMES, chosen, several=several), [None]

    def on_mount(self) -> None:
        def taken(names: tuple[str, ...] | None) -> None:
            self.taken = [names]  # type: ignore[list-item]

        self.push_screen(self.picker, taken)


async def picked(keys: str, chosen: tuple[str, ...] = (), several: bool = True) -> Any:
    async with Holder(chosen, several).run_test() as pilot:
        await pilot.press(*keys.split())
        return pilot.app.taken[0]  # type: ignore[attr-defined]


@pytest.mark.parametrize(("keys", "chosen", "taken"), [
    ("h 1 space h 2 enter", (), ("H100", "H200")),
    ("l 4 enter", ("H100",), ("H100", "L40S")),
    ("enter", ("H100",), ("H100",)),
    ("space enter", ("H100", "A100"), ("A100",)),
    ("backspace enter", ("H100",), ()),
    ("down space down space enter", (), ("H100", "H200")),
    ("escape", ("H100",), None),
])  # fmt: skip
async def test_several_are_checked_by_letters_and_space(
    keys: str, chosen: tuple[str, ...], taken: tuple[str, ...] | None
) -> None:
    assert await picked(keys, chosen) == taken


async def test_one_is_taken_by_enter() -> None:
    assert await picked("l 4 enter", several=False) == ("L40S",)
    assert await picked("down enter", ("A100",), several=False) == ("H100",)
    assert await picked("z z enter", several=False) is None


async def test_enter_takes_what_the_letters_alone_mean() -> None:
    app = App[None]()
    taken: list[Any] = []
    async with app.run_test() as pilot:
        picker = Picker("GPUs", ("H100 NVL", "H100 SXM"), several=True, usual={"h100": "H100 SXM"})
        app.push_screen(picker, taken.append)
        await pilot.press(*"h100", "enter")
    assert taken == [("H100 SXM",)]


async def test_a_second_enter_that_comes_too_soon_does_nothing() -> None:
    app = Holder((), several=True)
    async with app.run_test() as pilot:
        pilot.app.simulate_key("enter")
        pilot.app.simulate_key("enter")
        await pilot.pause()
        assert not isinstance(pilot.app.screen, Picker)
        assert isinstance(pilot.app.screen, Screen)
