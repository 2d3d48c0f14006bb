"""Lines of logs, bounded and plain."""

from __future__ import annotations

import pytest

from planner.errors import InputError
from planner.logs import text
from planner.logs.text import log_lines, quoted


def test_lines_are_cut_and_without_colours() -> None:
    assert log_lines("\x1b[31mred\x1b[0m\r\nplain") == ["red", "plain"]
    assert len(log_lines("x" * (text.MOST_LINE + 5))[0]) == text.MOST_LINE


def test_a_line_of_a_container_that_is_no_json_stays_as_it_is() -> None:
    assert log_lines('{"log": 1}\n{"log": "a\\n"}\n{broken') == ['{"log": 1}', "a", "{broken"]


def test_too_many_lines_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(text, "MOST_LINES", 3)
    with pytest.raises(InputError, match="more than 3 lines"):
        log_lines("a\n" * 5)


def test_quoted_texts_are_one_printable_line() -> None:
    assert quoted(" a\x1b[2J\nb ") == "a?[2J b"
