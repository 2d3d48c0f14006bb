"""Days are days of the calendar."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from planner.dates import age_days, real_date
from planner.errors import InputError
from planner.request.reading import parse_request


@given(day=st.dates(), length=st.sampled_from([4, 7, 10]))
def test_every_day_month_and_year_is_taken(day: date, length: int) -> None:
    assert real_date(day.isoformat()[:length]) == day.isoformat()[:length]


@given(year=st.integers(1, 9999), month=st.integers(0, 99), day=st.integers(0, 99))
def test_what_is_no_day_is_refused(year: int, month: int, day: int) -> None:
    text = f"{year:04}-{month:02}-{day:02}"
    try:
        date(year, month, day)
    except ValueError:
        with pytest.raises(ValueError, match="no day of the calendar"):
            real_date(text)
    else:
        assert real_date(text) == text


@pytest.mark.parametrize("version", ["2025-13-45", "2025-13", "2025-02-30", "2025-7-1-1", "2025-x"])
def test_an_engine_as_of_no_day_is_refused(version: str) -> None:
    asked = {"model": "x", "traffic": {"rate_per_s": 1}, "engine": {"engine_version": version}}
    with pytest.raises(InputError, match=r"engine\.engine_version: .* is no day of the calendar"):
        parse_request(asked)


@pytest.mark.parametrize("version", ["2025-07", "2025-07-22", "0.10.1", "v0.6.3.post1", "2025.1"])
def test_days_and_versions_are_taken(version: str) -> None:
    asked = {"model": "x", "traffic": {"rate_per_s": 1}, "engine": {"engine_version": version}}
    assert parse_request(asked).engine.engine_version == version


@pytest.mark.parametrize(
    ("text", "days"), [("2026-11-28", 0), ("2026-11-27", 1), ("2026-11", 27), ("2026", 331), ("2027-01-01", -34)]
)
def test_the_age_counts_from_the_first_day_that_is_meant(text: str, days: int) -> None:
    assert age_days(text, date(2026, 11, 28)) == days
