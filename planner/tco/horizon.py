"""Dollars over the months to come: a ramp, growth, and machines that are bought once."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from planner.formulas.types import Array
from planner.tco.answer import Horizon, HorizonRow
from planner.tco.apis import ApiPrice
from planner.tco.compare import Case
from planner.tco.reserved import SUFFIX as RESERVED


def monthly_rates(case: Case, months: int, ramp_months: int, ramp_from: float) -> Array:
    """Mean requests a second of each month: the stated rate, growing, after a straight ramp from `ramp_from` of it."""
    traffic, month = case.request.traffic, np.arange(months, dtype=float)
    ramp = np.minimum(1.0, ramp_from + (1.0 - ramp_from) * month / ramp_months) if ramp_months else np.ones(months)
    return traffic.rate_per_s * (1.0 + traffic.growth_per_year) ** (month / 12.0) * ramp


def horizon(
    case: Case, prices: Sequence[ApiPrice], months: int, ramp_months: int, ramp_from: float
) -> Horizon:  # fmt: skip
    """Every way to host and every API over the months. Rented machines follow the rate, owned ones never shrink."""
    rates = np.maximum(monthly_rates(case, months, ramp_months, ramp_from), 1e-12)
    kept = np.maximum.accumulate(rates)
    rows = []
    for way in case.ways:
        lines = case.lines(way, rates if way.server is None else kept)
        rows.append((way.name, "self-hosted", np.sum([np.broadcast_to(usd, months) for usd in lines.values()], axis=0)))
    rows += [(price.name, "API", case.api(price, rates)) for price in prices]
    rows += [(f"{p.name}{RESERVED}", "API", p.reserved.usd(case.request, rates)) for p in prices if p.reserved]
    made = [
        HorizonRow(name=name, kind=kind, usd=round(float(usd.sum()), 2), usd_by_month=[round(float(u), 2) for u in usd])
        for name, kind, usd in rows
    ]
    return Horizon(months=months, requests_per_s=[float(r) for r in rates], rows=sorted(made, key=lambda r: r.usd))
