"""Lines after `:`."""

from __future__ import annotations

import pytest

from planner.errors import InputError
from tui.commands import completions, parsed, set_field, value_of
from tui.fields import BY_KEY, EXAMPLE

NAMES = {"scope.gpus": ("H100", "H200", "L40S"), "name": ("H100", "aws")}


def test_a_name_may_be_cut_short_and_an_unknown_one_has_a_nearest() -> None:
    assert parsed("gpu h100,h200")[1] == "h100,h200"
    assert parsed("conf 0.9")[0].field == "confidence"
    with pytest.raises(InputError, match="nearest: provider"):
        parsed("prvdr aws")
    with pytest.raises(InputError, match="no such command"):
        parsed("")


def test_values_are_written_as_the_file_has_them() -> None:
    assert value_of(BY_KEY["scope.gpus"], "h100, l40", NAMES["scope.gpus"]) == "H100, l40"
    assert value_of(BY_KEY["model"], "q332", ("Qwen/Qwen3-8B", "Qwen/Qwen3-32B")) == "Qwen/Qwen3-32B"
    whole = ("meta-llama/Llama-3.1-70B", "nvidia/Llama-3.1-Nemotron-70B-Instruct")
    assert value_of(BY_KEY["model"], "llama-3.1-70b-instruct", whole) == "llama-3.1-70b-instruct"
    assert value_of(BY_KEY["scope.gpus"], "zzz", NAMES["scope.gpus"]) == "zzz"
    assert value_of(BY_KEY["traffic.tokens_per_month"], "50M", ()) == "50000000"
    assert value_of(BY_KEY["sla.ttft"], "soon", ()) == "soon"


def test_a_volume_takes_the_place_of_a_rate_and_back() -> None:
    texts = set_field(EXAMPLE, "traffic.tokens_per_month", "5e7")
    assert texts["traffic.rate_per_s"] == ""
    assert set_field(texts, "traffic.rate_per_s", "2")["traffic.tokens_per_month"] == ""


def test_a_half_typed_line_goes_on_by_command_and_by_name() -> None:
    assert completions("pr", NAMES)[:2] == ["preset", "prefix"]
    assert completions("gpu h", NAMES)[:2] == ["gpu H100", "gpu H200"]
    assert completions("gpu h100,l4", NAMES) == ["gpu h100,L40S"]
    assert completions("why ", NAMES) == ["why H100", "why aws"]
    assert completions("rate ", NAMES) == []
    paths = {"da": ["data/", "day.csv"]}
    assert completions("trace da", NAMES, lambda text: paths[text]) == ["trace data/", "trace day.csv"]


@pytest.mark.parametrize(("typed", "nearest"), [("frobnicate", "nearest: "), ("gpuu h100", "nearest: gpu")])
def test_a_command_that_is_none_names_the_nearest(typed: str, nearest: str) -> None:
    with pytest.raises(InputError, match=f"no such command; {nearest}"):
        parsed(typed)
