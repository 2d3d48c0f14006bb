"""Lines that are kept of a log."""

from __future__ import annotations

import pytest

from planner.errors import InputError
from planner.logs import kept as module
from planner.logs.kept import kept
from planner.logs.read import WORDS, _start
from planner.logs.rules import MOST_OF_A_KIND
from tests.planner.logs.samples import ALL


def test_lines_with_a_word_are_kept_in_order(monkeypatch: pytest.MonkeyPatch) -> None:
    lines = ["b 1", "x", "a b", "", "a 2", "a a"]
    assert kept(lines, ("a", "b")) == ["b 1", "a b", "a 2", "a a"]
    monkeypatch.setattr(module, "BLOCK", 4)
    assert kept(lines, ("a", "b")) == ["b 1", "a b", "a 2", "a a"]
    assert kept([], ("a",)) == []


def test_of_one_kind_the_first_are_kept() -> None:
    lines = [f"a {i}" for i in range(MOST_OF_A_KIND + 50)] + ["b"]
    assert kept(lines, ("a", "b")) == [*lines[:MOST_OF_A_KIND], "b"]


def test_too_many_letters_are_refused() -> None:
    with pytest.raises(InputError, match=r"more than 8,388,608 letters"):
        kept(["a" * 200_000] * 100, ("a",))


@pytest.mark.parametrize("name", ALL)
def test_a_start_among_other_lines_is_the_same(name: str) -> None:
    lines = ALL[name].splitlines()
    among = [each for line in lines for each in (line, "GET /health 200")]
    assert _start(kept(among, WORDS)) == _start(lines)
