"""TOML is read as `tomllib` reads it, and refused where its nesting would take long."""

from __future__ import annotations

import time
import tomllib
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from planner.toml import MOST_NESTED, tables_of, toml_of, too_deep
from tests.consistency.drawn import at_random

PIECES = st.sampled_from(
    ["a", ".", "=", "[", "]", "{", "}", ",", "\n", "#", " ", '"', "'", '"""', "'''", "\\", "1", "a.b = 1\n", "[t]\n"]
)


@at_random(133, 400)
@given(text=st.lists(PIECES, max_size=30).map("".join))
def test_short_texts_are_read_as_by_the_library(text: str) -> None:
    try:
        wanted = tomllib.loads(text)
    except ValueError:
        with pytest.raises(ValueError, match=r".+"):
            toml_of(text)
        return
    assert toml_of(text) == wanted


@given(depth=st.integers(1, 2 * MOST_NESTED), kind=st.sampled_from(["array", "table", "key", "header", "quoted"]))
def test_nesting_is_counted(depth: int, kind: str) -> None:
    text = {
        "array": f"a = {'[' * depth}{']' * depth}",
        "table": f"a = {'{a = ' * depth}1{'}' * depth}",
        "key": ".".join("a" * depth) + " = 1",
        "header": f"x = 1\n[{'.'.join('a' * depth)}]",
        "quoted": " . ".join(['"a.b"'] * depth) + " = 1",
    }[kind]
    assert bool(too_deep(text)) == (depth > MOST_NESTED)
    if depth <= MOST_NESTED:
        assert toml_of(text) == tomllib.loads(text)


@given(text=st.text(alphabet="[]{}.'\"#\\ \n", max_size=200))
def test_nothing_in_a_string_or_a_comment_counts(text: str) -> None:
    inside = text.replace("'", "").replace("\n", "")
    many = inside * 40
    for held in (f"a = '''{many} '''", f"a = '{many}'", f"# {many}"):
        assert too_deep(held) == 0


@pytest.mark.parametrize(
    "text",
    ["a" + ".a" * 20_000 + " = 1", "[" + "a." * 20_000 + "a]", "a = " + "[" * 500_000, "a = " + "{a = " * 200_000,
     'a = """' + '\\"' * 400_000, "a = '" + "[" * 900_000 + "'"],
    ids=["key", "header", "arrays", "tables", "escapes", "string"],
)  # fmt: skip
def test_deep_and_long_texts_take_no_longer_than_reading_them(text: str) -> None:
    began = time.process_time()
    with suppress(ValueError):
        toml_of(text)
    assert time.process_time() - began < 5.0


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("model = 3", r"expected \[\[model\]\] tables"), ("", r"expected \[\[model\]\]"),
        ("[[modell]]\na = 1", "'modell' is not known"), ("a = ", "not valid TOML"),
    ],
)  # fmt: skip
def test_a_file_of_tables_holds_those_tables(text: str, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        tables_of(text, "model")
    assert tables_of("[[model]]\na = 1", "model") == [{"a": 1}]


def test_the_mark_of_an_editor_at_the_start_is_no_part_of_it() -> None:
    assert toml_of("\ufeffa = 1") == {"a": 1}
