from __future__ import annotations

import pytest
from pydantic import ValidationError

from planner.request.request import Length, Traffic, sla_key


def test_the_spread_of_a_length_is_read_back_from_its_p95() -> None:
    wide = Length(mean=100.0, p95=250.0)
    again = Length(mean=100.0, cv=wide.spread)
    assert again.spread == wide.spread > 0.5
    assert Length(mean=100.0).spread == 0.5
    assert Length(mean=100.0, p95=100.0).spread == pytest.approx(0.0, abs=1e-6)


def test_a_table_has_the_mean_of_straight_lines_between_its_quantiles() -> None:
    assert Length(quantiles=(1.0, 3.0, 9.0)).average == pytest.approx(4.0)
    for wrong in ({"quantiles": (3.0, 1.0)}, {"quantiles": (1.0,)}, {"mean": 1.0, "quantiles": (1.0, 2.0)}, {}):
        with pytest.raises(ValidationError):
            Length.model_validate(wrong)


def test_the_busiest_hour_and_growth_make_the_peak() -> None:
    day = Traffic(rate_per_s=2.0, profile=(1.0,) * 12 + (3.0,) * 12, growth_per_year=1.0, horizon_months=12.0)
    assert day.average_per_s == pytest.approx(4.0)
    assert day.peak_per_s == pytest.approx(6.0)
    assert sum(day.hourly) == pytest.approx(24.0)


def test_a_limit_is_named_by_metric_and_percentile() -> None:
    assert sla_key("ttft_p95_s") == ("ttft", "p95")
    with pytest.raises(ValueError, match="nearest: ttft_p9"):
        sla_key("ttft_p96_s")
