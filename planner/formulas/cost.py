"""Dollars."""

from __future__ import annotations

from planner.formulas.time import HOURS_PER_MONTH
from planner.formulas.types import Array


def usd_per_month(usd_per_hour: Array) -> Array:
    """Monthly cost of something rented around the clock (730.5 h a month).

    >>> usd_per_month(10.0)
    7305.0
    """
    return usd_per_hour * HOURS_PER_MONTH


def usd_per_million(usd_per_hour: Array, per_s: Array) -> Array:
    """Dollars a million units at a rate of `per_s` units a second.

    >>> round(usd_per_million(3.6, 1000.0), 9)
    1.0
    """
    return usd_per_hour / (per_s * 3600.0) * 1e6
