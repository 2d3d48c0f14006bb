"""Lines of logs, bounded and plain."""

from __future__ import annotations

import io

import pytest

from planner.errors import InputError
from planner.logs import text
from planner.logs.text import log_lines, quoted


def lines(text: str) -> list[str]:
    return list(log_lines(io.BytesIO(text.encode())))


def test_lines_are_cut_and_without_colours() -> None:
    assert lines("\x1b[31mred\x1b[0m\r\nplain") == ["red", "plain"]
    assert [len(line) for line in lines("x" * (2 * text.MOST_LINE + 5) + "\na")] == [text.MOST_LINE, 1]


def test_a_line_of_a_container_that_is_no_json_stays_as_it_is() -> None:
    assert lines('{"log": 1}\n{"log": "a\\n"}\n{broken') == ['{"log": 1}', "a", "{broken"]


def test_too_many_lines_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(text, "MOST_LINES", 3)
    with pytest.raises(InputError, match="more than 3 lines"):
        lines("a\n" * 5)
    assert len(lines("a\n" * 3)) == 3


def test_too_many_bytes_and_what_is_no_text_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(InputError, match="not a text"):
        lines("a\n\0")
    monkeypatch.setattr(text, "MOST_BYTES", 10)
    with pytest.raises(InputError, match="larger than 10 bytes"):
        lines("a\n" * 6)


def test_quoted_texts_are_one_printable_line() -> None:
    assert quoted(" a\x1b[2J\nb ") == "a?[2J b"
