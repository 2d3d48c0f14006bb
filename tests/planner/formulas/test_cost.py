from __future__ import annotations

import pytest

from planner.formulas.cost import usd_per_million, usd_per_month


def test_a_million_units_cost_what_the_time_they_take_costs() -> None:
    assert usd_per_million(7.2, 500.0) == pytest.approx(4.0)
    assert usd_per_million(7.2, 1000.0) == pytest.approx(2.0)


def test_twelve_months_are_a_year() -> None:
    assert 12.0 * usd_per_month(1.0) == pytest.approx(365.25 * 24.0, rel=1e-3)
