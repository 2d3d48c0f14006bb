from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from planner.errors import InputError
from planner.request.reading import parse_request, read_toml
from tests.planner.conftest import CHAT


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"traffic": {"rate_per_s": -1}}, "traffic.rate_per_s"),
        ({"traffic": {"rate_per_s": float("nan")}}, "traffic.rate_per_s"),
        ({"traffic": {"rate_per_s": 1, "burst": 2}}, "burst.*nearest"),
        ({"sla": {"ttft_p96_s": 1}}, "ttft_p96_s.*nearest: ttft_p9"),
        ({"sla": {"ttft_p95_s": 0}}, "sla.ttft_p95_s"),
        ({"input_tokens": {"mean": 10, "p95": 5}}, "below the mean"),
        ({"input_tokens": {"mean": 10, "p95": 500}}, "not lognormal"),
        ({"modle": "x"}, "modle.*nearest: model"),
        ({"model": None}, "model"),
        ({"scope": {"commitment": "forever"}}, "scope.commitment"),
        ({"workloads": []}, "several workloads.*to a file of its own"),
    ],
)
def test_bad_requests_are_one_line(change: dict[str, Any], message: str) -> None:
    with pytest.raises(InputError, match=message) as caught:
        parse_request(CHAT | change)
    assert "\n" not in str(caught.value)


def test_a_pipe_and_a_number_of_thousands_of_digits_are_told_in_one_line(tmp_path: Path) -> None:
    pipe, digits = tmp_path / "pipe.toml", tmp_path / "digits.toml"
    os.mkfifo(pipe)
    digits.write_text(f"rate = {'1' * 5001}\n")
    for path, says in ((pipe, "not a regular file"), (digits, "not valid TOML")):
        with pytest.raises(InputError, match=says):
            read_toml(path)


def test_a_value_that_holds_itself_is_nested_too_deep() -> None:
    round_: list[object] = []
    round_.append(round_)
    for key in ("traffic", "scope", "sla", "engine", "limits"):
        with pytest.raises(InputError):
            parse_request({"model": "x", "traffic": {"rate_per_s": 1.0}, key: round_})
    with pytest.raises(InputError, match="nested too deep"):
        parse_request({"model": "x", "traffic": {"rate_per_s": round_}})
