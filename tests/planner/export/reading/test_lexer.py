from __future__ import annotations

import shlex

import pytest
from hypothesis import given
from hypothesis import strategies as st

from planner.errors import InputError
from planner.export.reading.bounds import MOST_LETTERS, Expansion
from planner.export.reading.lexer import commands, expanded
from tests.consistency.drawn import few


def words(text: str) -> list[tuple[str, ...]]:
    return [command.words for command in commands(text)]


@given(st.lists(st.text(st.characters(blacklist_characters="\0\ue000", blacklist_categories=["Cs"])), min_size=1))
@few(60, 2000)
def test_words_that_a_shell_was_given_come_back(asked: list[str]) -> None:
    [found] = commands(shlex.join(asked))
    assert [expanded(word, {}) for word in found.words] == asked


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("a b \\\n  c # d\ne", [("a", "b", "c"), ("e",)]),
        ("a && b || c; d & e | f", [("a",), ("b",), ("c",), ("d",), ("e",), ("f",)]),
        (r"C:\a\b.exe -m D:\x --n=.\y 'C:\z z'", [("C:\\a\\b.exe", "-m", "D:\\x", "--n=.\\y", "C:\\z z")]),
        ("a -b ^\r\n c `\n d", [("a", "-b", "c", "d")]),
        ("a > log 2>&1 b", [("a", "b")]),
        ('a --x=\'{"b": 1}\' "c d"', [("a", '--x={"b": 1}', "c d")]),
        ('a $(date +%s) ${X:-y z} "$((1 * 2))"', [("a", "$(date +%s)", "${X:-y z}", "$((1 * 2))")]),
        ("case 1 in\n0) a ;;\n1) b ;;\nesac", [("case", "1", "in"), ("0",), ("a",), ("1",), ("b",), ("esac",)]),
    ],
)
def test_commands_end_where_a_shell_ends_them(text: str, found: list[tuple[str, ...]]) -> None:
    assert words(text) == found


def test_a_file_that_is_written_is_known() -> None:
    assert [command.output for command in commands("printf x > /tmp/y && z")] == ["/tmp/y", ""]


def test_variables_are_replaced_outside_of_single_quotes_only() -> None:
    [command] = commands("a $M '$M' \"$M\" ${N:-n} \\$M")
    assert [expanded(word, {"M": "m"}) for word in command.words] == ["a", "m", "$M", "m", "n", "$M"]


@pytest.mark.parametrize("text", ["a 'b", 'a "b', "'" * 3])
def test_an_open_quote_is_named(text: str) -> None:
    with pytest.raises(InputError, match="not closed"):
        commands(text)


def test_what_variables_add_is_bounded_before_it_is_written() -> None:
    large = {"A": "x" * (MOST_LETTERS // 2)}
    assert len(expanded("$A$A", large)) == MOST_LETTERS
    with pytest.raises(InputError, match=r"expand to more than 1,048,576 letters"):
        expanded("${A}$A$A", large)
    counted = Expansion()
    expanded("$A", large, counted)
    expanded("$A", large, counted)
    with pytest.raises(InputError, match="expand to more"):
        expanded("${N:-x}", large, counted)


@pytest.mark.parametrize(("word", "found"), [("${A:-${A:-$A", "${A:-${A:-a"), ("${A}${B:-", "a${B:-"), ("$B$", "$B$")])
def test_a_bracket_that_is_not_closed_stays(word: str, found: str) -> None:
    assert expanded(word, {"A": "a"}) == found
