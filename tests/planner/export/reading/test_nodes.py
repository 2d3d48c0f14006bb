"""YAML as plain values, whatever is in it."""

from __future__ import annotations

from typing import Any

import pytest

from planner.errors import InputError
from planner.export.documents import loaded
from planner.export.reading import nodes
from planner.export.reading.nodes import UnreadError, documents_of


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("8192", 8192), ("-1", -1), ("0.9", 0.9), ("1e3", "1e3"), ("yes", True), ("Off", False), ("", None),
        ("'8'", "8"), ("0x1f", "0x1f"), ("017", "017"), ("2026-01-01", "2026-01-01"), (".nan", ".nan"),
        ("!!int '8'", 8), ("!!str 8", "8"), ("9" * 5000, "9" * 5000), ("!other x", "x"), ("1.0e999", "1.0e999"),
        ("!!int ''", None), ("!!bool x", "x"), ("!!timestamp x", "x"), ("!!float x", "x"),
        ("[1, [a, {b: c}]]", [1, ["a", {"b": "c"}]]),
    ],
)  # fmt: skip
def test_scalars_are_texts_or_what_they_plainly_are(text: str, value: Any) -> None:
    assert documents_of(f"a: {text}") == [{"a": value}]


def test_aliases_merges_and_documents_are_followed() -> None:
    text = "a: &a {x: 1, y: 2}\nb: {<<: *a, y: 3}\nc: {<<: [{y: 4}, *a]}\n---\n- *a"
    with pytest.raises(UnreadError, match="no anchor"):
        documents_of(text)
    [found] = documents_of(text.partition("---")[0])
    assert (found["b"], found["c"]) == ({"x": 1, "y": 3}, {"x": 1, "y": 4})


def test_values_are_those_of_the_library() -> None:
    text = "services:\n  a:\n    command: >\n      x y\n      z\n    env: [A=1, {name: b, value: 2}]\n---\nk: |\n  a\n"
    assert documents_of(text) == list(loaded().safe_load_all(text))


@pytest.mark.parametrize("text", ["a: [", "[[a]: b]", "{[a]: b}", "a: *b", "a: {<<: 5}", "[" * 101, "\t", "a: b: c"])
def test_what_is_no_yaml_of_tables_is_not_read(text: str) -> None:
    with pytest.raises(UnreadError):
        documents_of(text)


@pytest.mark.parametrize(
    ("text", "limit"),
    [
        ("a: &a [*a]", "inside of what it names"),
        ("- a\n" * 50_001, "50,000 nodes"),
        ("a: &a '" + "x" * 1_000_000 + "'\nb: [*a, *a]", "2,097,152 letters"),
        ("a0: &a0 {k: v}\n" + "".join(f"a{i}: &a{i} {{<<: [*a{i - 1}, *a{i - 1}]}}\n" for i in range(1, 30)), "nodes"),
    ],
    ids=["circle", "nodes", "letters", "merges"],
)
def test_what_passes_a_bound_names_it(text: str, limit: str) -> None:
    with pytest.raises(InputError, match=limit):
        documents_of(text)


def test_the_library_without_its_part_in_c_reads_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    text = "a: &a [1, 'b']\nc: {<<: {d: *a}, e: f}\n"
    with_c = documents_of(text)
    monkeypatch.delattr(loaded(), "CSafeLoader", raising=False)
    assert documents_of(text) == with_c == [{"a": [1, "b"], "c": {"d": [1, "b"], "e": "f"}}]


def test_depth_behind_aliases_is_bounded() -> None:
    text = "a0: &a0 [x]\n" + "".join(f"a{i}: &a{i} [*a{i - 1}]\n" for i in range(1, nodes.MOST_DEPTH + 1))
    with pytest.raises(UnreadError, match="deep"):
        documents_of(text)
