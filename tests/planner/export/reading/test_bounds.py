from __future__ import annotations

import pytest

from planner.export.reading.bounds import MOST_LETTERS, MOST_SHELLS, ExcessError, Expansion


def test_letters_add_up_over_a_text() -> None:
    found = Expansion()
    found.add(MOST_LETTERS - 1)
    found.add(1)
    with pytest.raises(ExcessError, match="expand to more than 1,048,576 letters"):
        found.add(1)


def test_shells_within_shells_end() -> None:
    found = Expansion()
    found.enter(MOST_SHELLS, 10)
    assert found.letters == 10
    with pytest.raises(ExcessError, match="more than 16 shells within each other"):
        found.enter(MOST_SHELLS + 1, 1)
