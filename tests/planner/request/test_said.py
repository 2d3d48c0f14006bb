from __future__ import annotations

from typing import Any

from planner.request.reading import parse_request
from planner.request.request import Request
from planner.request.said import rate_texts, with_at_once

LIMITS = {"ttft_p95_s": 2.0, "tpot_p95_s": 0.05}


def asked(sla: dict[str, float], **traffic: Any) -> Request:
    tokens = {"input_tokens": {"mean": 900.0}, "output_tokens": {"mean": 101.0}}
    return parse_request({"model": "m", "traffic": traffic, "sla": sla, **tokens})


def test_a_stated_rate_needs_no_words() -> None:
    assert rate_texts(asked({}, rate_per_s=2)) == []


def test_the_formula_has_its_numbers_and_how_many_are_at_once() -> None:
    request = asked({}, users=200, active_share=0.2, requests_per_user_hour=12)
    formula, peak = rate_texts(request, response_s=16.0)
    assert formula.startswith("200 users x 20 % active x 12 requests an hour = 0.13 requests/s; about 2.1 at once")
    assert peak.startswith("peak to mean: 1,")
    # Without a design the limits say how many there are at most, and without limits nothing does.
    assert "at once" not in rate_texts(request)[0]
    assert "; at most about 0.93 at once" in rate_texts(asked(LIMITS, users=200))[0]


def test_thinking_users_say_with_which_response_they_were_counted() -> None:
    limited = rate_texts(asked(LIMITS, users=200, active_share=0.5, think_time_s=13))
    assert limited[0].startswith("200 users x 50 % active / (13 s of thinking + 7 s of response) = 5 requests/s")
    assert "as long as the limits allow; a cluster that answers at once is asked 7.7 requests/s" in limited[1]
    free = rate_texts(asked({}, users=200, active_share=0.5, think_time_s=13))
    assert "(13 s of thinking + 0 s of response) = 7.7 requests/s" in free[0]
    assert "left out, as no latency is limited" in free[1]
    assert "the mean of this design" in rate_texts(asked({}, users=9, think_time_s=13), response_s=2.0, own=True)[2]


def test_what_is_assumed_is_said_and_what_is_stated_is_not() -> None:
    assert any("12 an hour is the low end, 60 the high end" in t for t in rate_texts(asked({}, users=9)))
    assert any("20% active and 12 requests an hour of each (assumed" in t for t in rate_texts(asked({}, users=9)))
    stated = rate_texts(asked({}, users=9, active_share=0.5, requests_per_user_hour=3))
    assert not any("(assumed" in text or "low end" in text for text in stated)


def test_the_peak_is_that_of_the_profile() -> None:
    day = [1.0] * 12 + [3.0] * 12
    assert "peak to mean: 1.5 by the profile" in rate_texts(asked({}, users=9, profile=day))[-1]
    volume = rate_texts(asked({}, tokens_per_month=1e9, profile=day))
    assert volume[0].startswith("1,000,000,000 tokens a month / 1,001 tokens a request = 0.38 requests/s")
    assert volume[1] == "peak to mean: 1.5 by the profile: 0.57 requests/s in the busiest hour"


def test_a_design_that_was_found_since_replaces_what_was_said() -> None:
    request = asked(LIMITS, users=200)
    texts = [*rate_texts(request), "another"]
    once = with_at_once(texts, request, 16.0)
    assert once[0] == rate_texts(request, response_s=16.0)[0] != texts[0]
    assert once[1:] == texts[1:]
    assert with_at_once(once, request, 9.0)[0] == rate_texts(request, response_s=9.0)[0]
    assert with_at_once(["another"], asked({}, rate_per_s=2), 9.0) == ["another"]
