"""The form's texts and the workload file are two spellings of one thing."""

from __future__ import annotations

import contextlib
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from planner.errors import InputError
from planner.request.reading import parse_request
from tui.fields import BY_KEY, EXAMPLE, FIELDS, cycled, data_of, half_typed, rest_of, stepped, texts_of, typed_whole

DATA: dict[str, Any] = {
    "model": "Qwen/Qwen3-32B", "traffic": {"rate_per_s": 3.5, "cv": 2.0, "profile": [1.0] * 24},
    "input_tokens": {"mean": 900.0, "p95": 2000.0}, "output_tokens": {"mean": 120.0, "cv": 0.8},
    "sla": {"ttft_p99_s": 1.5, "tpot_p99_s": 0.04, "e2e_p50_s": 9.0},
    "scope": {"gpus": ["H100", "H200"], "speculative": True},
    "limits": {"spare_replicas": 1}, "confidence": 0.9, "tco": {"apis": ["openai/gpt-4o"]},
}  # fmt: skip


def test_a_workload_survives_the_form() -> None:
    texts = texts_of(DATA)
    assert texts["percentile"] == "p99"
    assert texts["scope.gpus"] == "H100, H200"
    assert texts["sla.e2e"] == ""
    assert data_of(texts, rest_of(DATA)) == DATA


def test_another_percentile_keeps_what_the_form_does_not_show() -> None:
    texts = texts_of(DATA) | {"percentile": "p95", "sla.ttft": "2"}
    assert data_of(texts, rest_of(DATA))["sla"] == {"ttft_p95_s": 2.0, "tpot_p95_s": 0.04, "e2e_p50_s": 9.0}


def test_the_example_is_a_request() -> None:
    request = parse_request(data_of(EXAMPLE, {}))
    assert request.sla == {"ttft_p95_s": 1.0, "tpot_p95_s": 0.05}


@given(st.dictionaries(st.sampled_from(sorted(BY_KEY)), st.text(max_size=20)))
def test_any_texts_become_data_or_are_half_typed(texts: dict[str, str]) -> None:
    whole = all(typed_whole(f, texts[f.key].strip()) for f in FIELDS if texts.get(f.key, "").strip())
    if whole:
        assert isinstance(data_of(texts, {}), dict)
    else:
        with contextlib.suppress(InputError):
            data_of(texts, {})


@given(st.floats(1e-9, 1e11), st.booleans())
def test_a_step_up_and_down_moves_by_at_most_a_third(value: float, up: bool) -> None:
    field = BY_KEY["traffic.rate_per_s"]
    text = f"{value:.6g}"
    moved = float(stepped(field, text, up))
    assert (moved > float(text)) is up
    assert 0.74 < moved / float(text) < 1.35


@pytest.mark.parametrize(
    ("key", "text", "up", "wanted"),
    [
        ("traffic.rate_per_s", "8", True, "10"), ("traffic.rate_per_s", "8", False, "6.3"),
        ("traffic.rate_per_s", "0.05", False, "0.04"), ("confidence", "0.8", True, "0.85"),
        ("confidence", "0.99", True, "0.99"), ("limits.spare_replicas", "0", False, "0"),
        ("limits.spare_replicas", "", True, "1"), ("sla.e2e", "", True, "1"),
    ],
)  # fmt: skip
def test_knobs(key: str, text: str, up: bool, wanted: str) -> None:
    assert stepped(BY_KEY[key], text, up) == wanted


def test_choices_go_round_through_none() -> None:
    assert cycled(("a", "b"), "", True) == "a"
    assert cycled(("a", "b"), "b", True) == ""
    assert cycled(("a", "b"), "", False) == "b"
    assert cycled(("a", "b"), "typed", True) == "a"


def test_users_or_a_volume_stand_for_a_rate() -> None:
    texts = {field.key: "" for field in FIELDS} | EXAMPLE | {"traffic.rate_per_s": ""}
    half = half_typed(texts)
    assert half is not None
    assert half.key == "traffic.rate_per_s"
    people = texts | {"traffic.users": "200", "traffic.active_share": "0.25", "traffic.think_time_s": "30"}
    assert half_typed(people) is None
    data = data_of(people, {})
    assert data["traffic"] == {"users": 200, "active_share": 0.25, "think_time_s": 30.0}
    assert parse_request(data).traffic.users == 200
    assert data_of(texts_of(data), rest_of(data)) == data
    assert half_typed(texts | {"traffic.tokens_per_month": "1e9"}) is None
    assert half_typed(people | {"traffic.rate_per_s": "2e"}) is not None


@pytest.mark.parametrize("text", ["inf", "0", "-1", "2.5", "1e300"])
def test_impossible_users_are_one_line_at_their_field(text: str) -> None:
    texts = {**EXAMPLE, "traffic.rate_per_s": "", "traffic.users": text}
    with pytest.raises(InputError, match=r"^traffic.users: expected a whole number from 1 to 1e\+09, got "):
        parse_request(data_of(texts, {}))
