from __future__ import annotations

import pytest

from planner.errors import InputError
from planner.export.text import LABEL, checked, comments, label
from tests.planner.export.hostile import PRINTABLE, UNPRINTABLE


@pytest.mark.parametrize("text", UNPRINTABLE)
def test_letters_that_steer_a_terminal_are_refused(text: str) -> None:
    with pytest.raises(InputError, match="not printable"):
        checked(text, "model")


def test_a_name_that_begins_as_a_flag_does_is_refused() -> None:
    with pytest.raises(InputError, match="dash"):
        checked("--trust-remote-code", "model")


@pytest.mark.parametrize("text", [*PRINTABLE, *UNPRINTABLE])
def test_any_text_makes_a_label_and_comments_of_one_line_each(text: str) -> None:
    assert LABEL.fullmatch(label(text))
    assert label(text) == label(text).lower()
    assert all(line.startswith("#") and line.isprintable() for line in comments([text]))


def test_a_long_comment_is_broken_between_words_and_a_command_is_not() -> None:
    words = " ".join(["word"] * 60)
    assert len(comments([words])) > 1
    assert comments([f"  {words}"]) == [f"#   {words}"]
