"""Hours of a year and of a month, on average over leap years."""

from __future__ import annotations

HOURS_PER_YEAR = 8766.0  # 365.25 days
HOURS_PER_MONTH = HOURS_PER_YEAR / 12.0  # 730.5
SECONDS_PER_MONTH = HOURS_PER_MONTH * 3600.0
