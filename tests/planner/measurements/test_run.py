from __future__ import annotations

import pytest

from planner.measurements.run import cells, day_of, load_cells, number, per, percentiles


@pytest.mark.parametrize("value", [None, True, "1", float("nan"), float("inf"), 10**400, [1]])
def test_what_is_no_finite_number_is_none(value: object) -> None:
    assert number({"a": value}, "a") is None


def test_the_first_key_that_holds_a_number_counts() -> None:
    assert number({"a": None, "b": 2}, "a", "b") == 2.0


def test_columns_that_are_not_stated_are_left_out() -> None:
    assert cells(tp=2.0, kv=None, gpu="", engine="vLLM") == {"tp": "2", "engine": "vLLM"}


@pytest.mark.parametrize(("text", "day"), [("20260623-233624", "2026-06-23"), ("2026-04-24T11:58:50Z", "2026-04-24"),
                                           ("20261323-1", ""), ("", "")])  # fmt: skip
def test_a_day_is_read_in_both_spellings(text: str, day: str) -> None:
    assert day_of(text) == day


def test_a_mean_of_nothing_is_none() -> None:
    assert per(10.0, 0.0) is None
    assert per(10.0, 4.0) == 2.5


def test_a_limited_rate_is_an_open_loop_even_with_a_limit_of_clients() -> None:
    assert load_cells(2.0, 8.0, 3.5, 60.0)["load"] == "open_loop"
    assert load_cells(None, 8.0, None, 60.0) == {"load": "closed_loop", "concurrency": "8", "prompts": "60"}
    assert load_cells(None, None, None, 60.0) == {"load": "infinite_rate", "prompts": "60"}


def test_latencies_are_scaled_to_milliseconds() -> None:
    assert percentiles({"mean_tpot": 0.02, "median_tpot": 0.01}, "tpot", "", 1e3) == {
        "tpot_ms_mean": "20", "tpot_ms_p50": "10",
    }  # fmt: skip
