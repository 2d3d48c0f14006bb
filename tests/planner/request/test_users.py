from __future__ import annotations

import json
from typing import Any

import jsonschema
import pytest
from pydantic import TypeAdapter

from planner.defaults import DEFAULT_ACTIVE_SHARE, DEFAULT_REQUESTS_PER_USER_HOUR
from planner.errors import InputError
from planner.fleet.request import parse_fleet
from planner.formulas.time import SECONDS_PER_MONTH
from planner.request.reading import parse_request
from planner.request.request import Request
from planner.request.strict import valid
from planner.request.users import RateSource, response_limit_s, with_rate

BASE: dict[str, Any] = {
    "model": "Qwen/Qwen3-8B", "input_tokens": {"mean": 900.0}, "output_tokens": {"mean": 101.0},
    "sla": {"ttft_p95_s": 2.0, "tpot_p95_s": 0.05},
}  # fmt: skip
DAY = [1.0] * 12 + [3.0] * 12


def asked(**traffic: Any) -> Request:
    return parse_request({**BASE, "traffic": traffic})


@pytest.mark.parametrize(
    ("traffic", "rate"),
    [
        ({"users": 200, "active_share": 0.2, "requests_per_user_hour": 12}, 200 * 0.2 * 12 / 3600),
        ({"users": 200}, 200 * DEFAULT_ACTIVE_SHARE * DEFAULT_REQUESTS_PER_USER_HOUR / 3600),
        # Within the limits an answer takes 2 s and a hundred gaps of 50 ms.
        ({"users": 200, "active_share": 0.5, "think_time_s": 13}, 100 / (13 + 2 + 100 * 0.05)),
        # The users' rate is that of the busiest hour, which is one and a half times the mean.
        ({"users": 200, "active_share": 0.2, "requests_per_user_hour": 12, "profile": DAY}, 40 * 12 / 3600 / 1.5),
        ({"tokens_per_month": 1e9}, 1e9 / 1001 / SECONDS_PER_MONTH),
        ({"tokens_per_month": 1e9, "profile": DAY}, 1e9 / 1001 / SECONDS_PER_MONTH),
    ],
)
def test_a_rate_follows_from_people_or_a_volume(traffic: dict[str, Any], rate: float) -> None:
    assert asked(**traffic).traffic.rate_per_s == pytest.approx(rate, rel=1e-12)


def test_the_busiest_hour_of_a_profile_has_the_users_rate() -> None:
    assert asked(users=300, profile=DAY).traffic.busy_per_s == pytest.approx(asked(users=300).traffic.rate_per_s)


@pytest.mark.parametrize(
    ("sla", "seconds"),
    [
        ({}, 0.0),
        ({"ttft_p95_s": 2.0}, 2.0),
        ({"ttft_p95_s": 2.0, "ttft_p50_s": 1.0, "tpot_mean_s": 0.1}, 11.0),
        ({"e2e_p99_s": 30.0, "ttft_p95_s": 2.0}, 30.0),
        ({"e2e_p99_s": 30.0, "ttft_p95_s": 2.0, "tpot_p95_s": 0.05}, 7.0),
    ],
)
def test_the_longest_answer_is_what_the_strictest_limits_allow(sla: dict[str, float], seconds: float) -> None:
    assert response_limit_s(sla, 101.0) == pytest.approx(seconds)


def test_a_volume_under_a_preset_has_the_lengths_of_the_preset() -> None:
    found = parse_request({"model": "m", "traffic": {"tokens_per_month": 1e9, "preset": "azure-code"}})
    tokens = found.input_tokens.average + found.output_tokens.average
    assert found.traffic.rate_per_s == pytest.approx(1e9 / tokens / SECONDS_PER_MONTH)
    again = parse_request({"model": "m", "traffic": {"rate_per_s": found.traffic.rate_per_s, "preset": "azure-code"}})
    assert again.traffic.window_s == found.traffic.window_s


@pytest.mark.parametrize("traffic", [{"users": 200}, {"users": 50, "think_time_s": 30.0}, {"tokens_per_month": 1e9}])
def test_a_request_of_users_survives_json_and_follows_what_a_copy_changes(traffic: dict[str, Any]) -> None:
    request = asked(**traffic)
    assert Request.model_validate_json(request.model_dump_json()) == request
    assert request.model_dump(exclude_unset=True)["traffic"] == traffic
    assert valid(request, Request, "request") is request
    key = next(iter(traffic))
    more = request.model_copy(update={"traffic": request.traffic.model_copy(update={key: 2 * traffic[key]})})
    assert valid(more, Request, "request").traffic.rate_per_s == pytest.approx(2 * request.traffic.rate_per_s)


def test_at_another_rate_the_users_are_gone() -> None:
    still = asked(users=200, think_time_s=9).at_rate(3.0)
    assert valid(still, Request, "request").traffic.rate_per_s == 3.0
    assert still.traffic.users is None


RANGE = "expected a whole number from 1 to 1e+09"


@pytest.mark.parametrize(
    ("traffic", "words"),
    [
        *(({"users": value}, f"traffic.users: {RANGE}") for value in (0, -3, 2.5, float("nan"), float("inf"), "x")),
        ({"users": 10**400}, f"traffic.users: {RANGE}"),
        ({"users": 2, "active_share": 1.01}, "traffic.active_share: expected a number from 1e-06 to 1, got 1.01"),
        ({"users": 2, "active_share": 0}, "traffic.active_share: expected a number from 1e-06 to 1, got 0"),
        ({"users": 2, "requests_per_user_hour": float("nan")}, "hour: expected a number from 0.0001 to 36000, got nan"),
        (
            {"users": 2, "think_time_s": float("inf")},
            "traffic.think_time_s: expected a number from 1 to 86400, got inf",
        ),
        ({"tokens_per_month": -1}, "traffic.tokens_per_month: expected a number from 1 to 1e+16, got -1"),
        ({"users": 2, "rate_per_s": 3}, "traffic.users: give users or rate_per_s, not both"),
        ({"users": 2, "tokens_per_month": 3}, "traffic.users: give users or tokens_per_month, not both"),
        ({"users": 2, "think_time_s": 3, "requests_per_user_hour": 3}, "traffic.think_time_s: give think_time_s or"),
        ({"active_share": 0.5, "rate_per_s": 3}, "traffic.active_share: is of users; give users, too"),
        ({"users": 10**9, "active_share": 1, "think_time_s": 1}, "requests a second, not 1e-08 to 1e+06"),
        ({"users": 2, "profile": ["x"]}, "traffic.profile.0: "),
        ({"users": True}, "traffic.users: expected a number"),
    ],
)
def test_what_is_wrong_is_one_line_with_the_valid_range(traffic: dict[str, Any], words: str) -> None:
    with pytest.raises(InputError) as error:
        asked(**traffic)
    assert words in str(error.value)
    assert len(str(error.value)) < 160


def test_a_wrong_length_beside_users_is_named() -> None:
    with pytest.raises(InputError, match=r"^output_tokens.mean: "):
        parse_request({**BASE, "output_tokens": {"mean": -1}, "traffic": {"tokens_per_month": 1e9}})


def test_a_fleet_takes_users() -> None:
    workload = {**{k: v for k, v in BASE.items() if k != "sla"}, "name": "a", "traffic": {"users": 200}}
    assert parse_fleet({"workloads": [workload]}).workloads[0].traffic.rate_per_s == asked(users=200).traffic.rate_per_s


def test_without_a_source_nothing_changes() -> None:
    assert with_rate({"traffic": {"cv": 2.0}}) == {"traffic": {"cv": 2.0}}
    assert with_rate({"traffic": None}) == {"traffic": None}


def test_the_schema_takes_each_way_to_state_a_rate() -> None:
    schema = TypeAdapter(Request).json_schema(mode="validation")
    check = jsonschema.Draft202012Validator(json.loads(json.dumps(schema)))
    for traffic in ({"rate_per_s": 2}, {"users": 200}, {"tokens_per_month": 1e9}, {"preset": "azure-code"}):
        assert check.is_valid({"model": "m", "traffic": traffic})  # type: ignore[arg-type]
    for traffic in ({}, {"cv": 1.0}, {"users": 0}):
        assert not check.is_valid({"model": "m", "traffic": traffic})  # type: ignore[arg-type]
    assert set(RateSource.model_fields) <= set(schema["$defs"]["Traffic"]["properties"])
