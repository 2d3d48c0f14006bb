"""What a half-typed model name may mean: a fuzzy search, best first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from textual import on
from textual.fuzzy import Matcher
from textual.message import Message
from textual.widgets import OptionList

MOST = 6
# The rank of names that have no more than the letters of a text.
LETTERS = 5
# What stands between a name and what goes on after it; names of fewer letters go on as others by chance.
SEPARATORS, SHORTEST = tuple("-_.: "), 4


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


def best(
    names: Sequence[str], typed: str, most: int = MOST, usual: Mapping[str, str] | None = None
) -> list[str]:  # fmt: skip
    """The closest names: first the one that is meant by the text alone, then those that the text goes on from, begins
    or is part of, then those that have its letters in order.

    usual: the name that another name alone means.
    """
    letters, text = typed.replace(" ", ""), typed.strip().lower()
    if not letters:
        return []
    matcher, whole, also = Matcher(letters), goes_on(names, text), usual or {}
    begun = {name for other, name in also.items() if other.startswith(text)}

    def rank(name: str) -> int:
        own = _rank(name.lower(), text, whole)
        return 0 if also.get(text) == name else min(own, 3) if name in begun else own

    scored = [(rank(name), matcher.match(name), name) for name in names]
    near = [each for each in scored if each[0] < LETTERS or each[1] > 0]
    return [name for _, _, name in sorted(near, key=lambda p: (p[0], -p[1], len(p[2]), p[2]))[:most]]


def _rank(name: str, text: str, whole: bool) -> int:
    """0 for the name itself, with or without its maker; LETTERS where it does not hold the text.

    whole: the text goes on from another name, so that names that go on from the text are of something narrower.
    """
    own = name.rpartition("/")[2]
    if text in (name, own):
        return 0
    if _goes_on(text.rpartition("/")[2], own):
        return 1
    if own.startswith(text) or name.startswith(text):
        return 2 if whole and (_goes_on(own, text) or _goes_on(name, text)) else 1
    if any(word.startswith(text) for word in name.split()):
        return 3
    return 4 if text in name else LETTERS


def goes_on(names: Sequence[str], typed: str) -> bool:
    """Whether a text goes on after a whole name, as names of checkpoints do after that of their model, and is none."""
    text = typed.strip().lower().rpartition("/")[2]
    owns = [name.lower().rpartition("/")[2] for name in names]
    return text not in owns and any(_goes_on(text, own) for own in owns)


def _goes_on(longer: str, name: str) -> bool:
    return len(name) >= SHORTEST and longer.startswith(name) and longer[len(name) : len(name) + 1] in SEPARATORS
