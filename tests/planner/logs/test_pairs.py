"""Settings as Python prints them."""

from __future__ import annotations

from planner.logs.pairs import count, number, pairs, stated, truth


def test_commas_in_quotes_and_brackets_divide_nothing() -> None:
    text = "a=[1, 2], b='x, y', c=Config(d=<E.F: 1>, g={'h': 2}), i=None)"
    assert pairs(text) == {"a": "[1, 2]", "b": "x, y", "c": "Config(d=<E.F: 1>, g={'h': 2})", "i": "None"}


def test_what_is_cut_in_the_middle_is_left_out() -> None:
    assert pairs("a=1, b='never closed, c=3") == {"a": "1"}
    assert pairs("a=1, b=(2, 3") == {"a": "1"}


def test_values_are_what_they_can_be() -> None:
    assert (stated("None"), stated("x"), truth("True"), truth("maybe")) == (None, "x", True, None)
    assert (count("12"), count("1.5"), count("-1"), number("1e3"), number("nan")) == (12, None, None, 1000.0, None)


def test_deep_nests_and_long_texts_end() -> None:
    assert pairs("a=" + "[" * 100_000) == {}
    assert len(pairs(", ".join(f"k{i}=1" for i in range(50_000)))) <= 1000
