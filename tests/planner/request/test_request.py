from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from planner.errors import InputError
from planner.fleet.request import parse_fleet
from planner.plan.context import Context
from planner.plan.explore import explore
from planner.request.reading import parse_request
from planner.request.request import Traffic, sla_key
from tests.consistency.drawn import at_random


def test_the_busiest_hour_and_growth_make_the_peak() -> None:
    day = Traffic(rate_per_s=2.0, profile=(1.0,) * 12 + (3.0,) * 12, growth_per_year=1.0, horizon_months=12.0)
    assert day.average_per_s == pytest.approx(4.0)
    assert day.peak_per_s == pytest.approx(6.0)
    assert sum(day.hourly) == pytest.approx(24.0)


def test_a_limit_is_named_by_metric_and_percentile() -> None:
    assert sla_key("ttft_p95_s") == ("ttft", "p95")
    with pytest.raises(ValueError, match="nearest: ttft_p9"):
        sla_key("ttft_p96_s")


EXTREME = st.sampled_from([5e-324, 1e-300, 1e-100, 1e-12, 1e-6, 1e-3, 0.01, 0.5, 1.0, 10.0, 100.0, 1e6, 1e9, 1e300])
PLACES = [
    ("traffic", "rate_per_s"), ("traffic", "cv"), ("traffic", "growth_per_year"), ("traffic", "horizon_months"),
    ("input_tokens", "mean"), ("output_tokens", "mean"), ("output_tokens", "cv"), ("sla", "ttft_p95_s"),
    ("sla", "tpot_mean_s"), ("limits", "max_usd_per_hour"), ("limits", "max_power_kw"),
]  # fmt: skip


@at_random(20, 60)
@given(place=st.sampled_from(PLACES), value=EXTREME, other=EXTREME)
def test_extreme_numbers_are_refused_or_answered_without_a_warning(
    context: Context, place: tuple[str, str], value: float, other: float
) -> None:
    data: dict[str, Any] = {
        "model": "Qwen/Qwen3-8B", "traffic": {"rate_per_s": 2.0, "horizon_months": 120.0}, "sla": {"ttft_p99_s": other},
        "scope": {"gpus": ["L40S"]}, "input_tokens": {"mean": 800}, "output_tokens": {"mean": 200},
    }  # fmt: skip
    table, key = place
    data[table] = {**data.get(table, {}), key: value} if key else value
    try:
        answer = explore(parse_request(data), context).answer
    except InputError:
        return
    assert answer.status in ("feasible", "infeasible")


@pytest.mark.parametrize(("growth", "wrong"), [(-0.99, True), (100.0, True), (-0.5, False), (0.3, False), (0.0, False)])
def test_growth_leaves_a_rate_that_could_be_asked_for(growth: float, wrong: bool) -> None:
    traffic = {"rate_per_s": 1e-3, "growth_per_year": growth, "horizon_months": 120.0}
    asked = {"model": "x", "traffic": traffic}
    if wrong:
        with pytest.raises(InputError, match=r"growth_per_year makes the rate .* outside 1e-08 to 1e\+06"):
            parse_request(asked)
    else:
        assert 1e-8 <= parse_request(asked).traffic.peak_per_s <= 1e6


@pytest.mark.parametrize("read", [parse_request, parse_fleet])
def test_a_grid_is_known_unless_its_grams_are_stated(read: Callable[[dict[str, Any]], Any]) -> None:
    lengths = {"input_tokens": {"mean": 500.0}, "output_tokens": {"mean": 100.0}}
    one = {"model": "Qwen/Qwen3-8B", "traffic": {"rate_per_s": 1.0}, **lengths}
    asked = {"workloads": [{"name": "a", **one}]} if read is parse_fleet else one
    with pytest.raises(InputError, match="nearest: germany"):
        read({**asked, "scope": {"grid": "germani"}})
    assert read({**asked, "scope": {"grid": "germany"}}).scope.grid == "germany"
    assert read({**asked, "scope": {"grid": "our own", "grid_g_per_kwh": 30.0}}).scope.grid == "our own"
