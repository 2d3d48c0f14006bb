"""What a half-typed model name may mean: a fuzzy search, best first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from textual import on
from textual.fuzzy import Matcher
from textual.message import Message
from textual.widgets import OptionList

MOST = 6


class Matches(OptionList):
    """Hidden while the name is empty or whole."""

    @dataclass
    class Picked(Message):
        name: str

    def show(self, names: Sequence[str], typed: str) -> None:
        found = best(names, typed) if typed and typed not in names else []
        self.clear_options()
        self.add_options(found)
        self.highlighted = 0 if found else None
        self.display = bool(found)

    def on_mount(self) -> None:
        self.display = False

    @on(OptionList.OptionSelected)
    def _selected(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        self.post_message(self.Picked(str(event.option.prompt)))


def best(names: Sequence[str], typed: str, most: int = MOST) -> list[str]:
    """The closest names; letters in order suffice, those at the start of a word count more."""
    letters = typed.replace(" ", "")
    if not letters:
        return []
    matcher = Matcher(letters)
    scored = [(matcher.match(name), name) for name in names]
    return [
        name
        for score, name in sorted(scored, key=lambda p: (_plainly(p[1], typed), -p[0], len(p[1]), p[1]))[:most]
        if score > 0
    ]


def _plainly(name: str, typed: str) -> int:
    """0 for the name itself, 1 where a word of it begins so, 2 elsewhere."""
    name, typed = name.lower(), typed.lower()
    return 0 if name == typed else 1 if any(word.startswith(typed) for word in name.split()) else 2
