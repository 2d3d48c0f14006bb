"""Messages of a browser: each is one that the page sends, or an error; and they pass at a bounded rate."""

from __future__ import annotations

import json
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui.web import wire
from tui.web.wire import COLUMNS, ROWS, Bucket, Focus, Ping, Typed, Window, WireError, read, window

LEAVES = (
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.sampled_from(["stdin", "resize", "ping"])
)
VALUES = st.recursive(LEAVES, lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner), max_leaves=8)
SIZES = st.fixed_dictionaries({"width": VALUES, "height": VALUES})
LIKE_OURS = st.tuples(st.sampled_from(["stdin", "resize", "focus", "blur", "ping", "quit"]), VALUES | SIZES).map(list)


def checked(text: str) -> None:
    """Read a text; what comes of it is within bounds."""
    try:
        found = read(text)
    except WireError:
        return
    match found:
        case Typed(data):
            data.decode("utf-8")
        case Window(width, height):
            assert COLUMNS[0] <= width <= COLUMNS[1]
            assert ROWS[0] <= height <= ROWS[1]
        case Focus(gained):
            assert isinstance(gained, bool)
        case Ping(said):
            assert len(said) <= 40


@given(st.text())
def test_any_text_is_a_message_or_an_error(text: str) -> None:
    checked(text)


@given(VALUES | LIKE_OURS)
def test_any_value_is_a_message_or_an_error(value: Any) -> None:
    checked(json.dumps(value))


@given(st.text())
def test_what_is_typed_arrives(text: str) -> None:
    assert read(json.dumps(["stdin", text])) == Typed(text.encode("utf-8", "replace"))


@pytest.mark.parametrize("text", ["9" * 5000, "[" * 100_000, '["resize", {"width": 1}]', '["focus", 1]', '"stdin"'])
def test_what_would_cost_is_an_error(text: str) -> None:
    with pytest.raises(WireError):
        read(text)


@pytest.mark.parametrize(
    ("sent", "cells"), [(("80", "24"), (80, 24)), ((-5, 10**300), (1, 200)), ((10**9, 0), (500, 1))]
)
def test_a_size_is_kept_within_bounds(sent: tuple[Any, Any], cells: tuple[int, int]) -> None:
    assert window(*sent) == Window(*cells)


@pytest.mark.parametrize("width", ["", "x", 9.7, None, True, [], float("nan")])
def test_a_size_is_two_whole_numbers(width: Any) -> None:
    with pytest.raises(WireError, match="whole numbers"):
        window(width, 24)


class Clock:
    """Time that passes only where someone waits."""

    def __init__(self) -> None:
        self.now_s = 0.0

    def time(self) -> float:
        return self.now_s

    async def sleep(self, seconds: float) -> None:
        self.now_s += seconds


@given(st.lists(st.tuples(st.floats(0.0, 5.0), st.floats(0.0, 300.0)), max_size=30))
def test_no_more_than_a_burst_and_the_rate_pass(steps: list[tuple[float, float]]) -> None:
    clock, rate, burst = Clock(), 10.0, 50.0
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(wire, "asyncio", SimpleNamespace(sleep=clock.sleep, get_running_loop=lambda: clock))
        bucket, passed = Bucket(rate, burst), 0.0
        for idle_s, units in steps:
            clock.now_s += idle_s
            before_s = clock.now_s
            with pytest.raises(StopIteration):
                bucket.take(units).send(None)
            passed += units
            assert passed <= burst + rate * clock.now_s + 1e-6
            assert clock.now_s - before_s <= units / rate + 1e-6, "it waits for no more than what it asks for"
