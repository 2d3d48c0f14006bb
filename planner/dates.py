"""Days as records and flags state them: a year, a month or a day."""

from __future__ import annotations

from datetime import date


def real_date(text: str) -> str:
    """The text where it is a year, a month or a day of the calendar; raises ValueError with the nearest form.

    >>> real_date("2025-07"), real_date("2024-02-29")
    ('2025-07', '2024-02-29')
    """
    try:
        parts = [int(part) for part in text.split("-")]
        date(*parts, *(1, 1)[len(parts) - 1 :])
    except (TypeError, ValueError):
        raise ValueError(f"{text[:40]!r} is no day of the calendar (YYYY, YYYY-MM or YYYY-MM-DD)") from None
    return text


def age_days(text: str, on: date) -> int:
    """Days from the first day that a year, month or day may mean to `on`; below 0 where that is later than `on`.

    >>> age_days("2026-09", date(2026, 9, 20)), age_days("2026-09-21", date(2026, 9, 20))
    (19, -1)
    """
    return (on - first_day(text)).days


def first_day(text: str) -> date:
    """The first day that a year, a month or a day may mean.

    >>> first_day("2026-09")
    datetime.date(2026, 9, 1)
    """
    parts = [int(part) for part in text.split("-")]
    return date(*parts, *(1, 1)[len(parts) - 1 :])
