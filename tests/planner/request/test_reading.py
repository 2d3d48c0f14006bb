from __future__ import annotations

from typing import Any

import pytest

from planner.errors import InputError
from planner.request.reading import parse_request
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
    ],
)
def test_bad_requests_are_one_line(change: dict[str, Any], message: str) -> None:
    with pytest.raises(InputError, match=message) as caught:
        parse_request(CHAT | change)
    assert "\n" not in str(caught.value)
