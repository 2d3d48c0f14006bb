"""Where reserved units change places with tokens and with hosting."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from planner.formulas.time import SECONDS_PER_MONTH
from planner.plan.context import Context
from planner.tco.answer import TcoAnswer
from planner.tco.compare import Case
from planner.tco.request import parse_tco
from planner.tco.reserved import ReservedUnits
from planner.tco.reserved_crossing import against_tokens
from planner.tco.tco import tco, terms_of
from tests.planner.tco.conftest import BASE, PRICES

EVEN = {"input_tokens": {"mean": 1000, "cv": 0.0}, "output_tokens": {"mean": 200, "cv": 0.0}}
# 1000 tokens in at 20 and 200 out at 80 USD a million: 0.036 USD a request.
USD = 0.036 * SECONDS_PER_MONTH


def case(**changes: Any) -> Case:
    request, asked = parse_tco({**BASE, **EVEN, **changes})
    return Case(request, (), terms_of(request, asked), 0.0)


def test_against_tokens_by_hand() -> None:
    """A unit serves 1 request a second for as much as 0.8 requests a second by token: units win from 0.8 to 1, tokens
    up to 1.6, units to 2, tokens to 2.4, units to 3, tokens to 3.2, and units from there on."""
    units = ReservedUnits("u", 0.8 * USD, 1200.0)
    found = against_tokens(case(), PRICES["a/dear"], units)
    assert [round(c.requests_per_s, 9) for c in found] == [0.8, 1.0, 1.6, 2.0, 2.4, 3.0, 3.2]
    assert [c.cheaper_above for c in found] == ["units", "tokens"] * 3 + ["units"]
    assert found[0].tokens_per_month == pytest.approx(0.8 * 1200 * SECONDS_PER_MONTH)


def test_the_least_that_is_sold_counts_and_dear_units_never_win() -> None:
    least = ReservedUnits("u", 0.5 * USD, 1200.0, least=3)
    assert [c.requests_per_s for c in against_tokens(case(), PRICES["a/dear"], least)] == [pytest.approx(1.5)]
    assert against_tokens(case(), PRICES["a/dear"], ReservedUnits("u", 1.0 * USD, 1200.0)) == []


def test_between_the_crossings_the_cheaper_one_is_as_told() -> None:
    asked, units = case(), ReservedUnits("u", 0.9 * USD, 1200.0)
    found = against_tokens(asked, PRICES["a/dear"], units)
    edges = np.array([0.0, *(c.requests_per_s for c in found), 30.0])
    told = [False, *(c.cheaper_above == "units" for c in found)]
    for low, high, cheaper in zip(edges[:-1], edges[1:], told, strict=True):
        for rate in np.linspace(low, high, 9)[1:-1]:
            by_token = float(asked.api(PRICES["a/dear"], np.asarray(rate)))
            assert (float(units.usd(asked.request, rate)) < by_token) == cheaper


def answered(context: Context, units: ReservedUnits, rate: float = 5.0) -> TcoAnswer:
    prices = {**PRICES, "a/dear": replace(PRICES["a/dear"], reserved=units)}
    data = {**BASE, **EVEN, "traffic": {"rate_per_s": rate}, "tco": {**BASE["tco"], "apis": ["a/dear"], "owned": []}}
    request, asked = parse_tco(data)
    answer = tco(request, asked, context, own_prices=prices)
    assert isinstance(answer, TcoAnswer)
    return answer


@pytest.mark.usefixtures("crossings_of_the_same_machines")
def test_units_are_an_option_of_their_own_with_crossings_like_others(context: Context) -> None:
    answer = answered(context, ReservedUnits("PTU", 60_000.0, 1200.0))
    (kept,) = answer.reserved
    assert (kept.name, kept.units, kept.usd_per_month) == ("a/dear, reserved units", 5, 300_000.0)
    assert kept.usd_per_month_by_token == pytest.approx(5.0 * USD, abs=0.01)
    even = next(b for b in answer.break_even if b.api == kept.name)
    assert even.tokens_per_month is not None
    assert answer.apis[0].name == "a/dear"
    assert any(kept.text in text for text in answer.advice)
    ahead = next(row for row in answer.horizon.rows if row.name == kept.name)
    assert ahead.usd_by_month == [300_000.0] * answer.horizon.months


def test_hosting_against_units_is_the_same_at_every_volume(context: Context) -> None:
    units = ReservedUnits("PTU", 3_000.0, 6000.0)
    few, many = (answered(context, units, rate) for rate in (0.5, 20.0))
    one, two = (next(b for b in a.break_even if b.api.endswith("units")) for a in (few, many))
    rates = [[c.requests_per_s for c in b.crossings] for b in (one, two)]
    assert rates[0]
    assert rates[0] == pytest.approx(rates[1], rel=1e-6)


@pytest.mark.usefixtures("crossings_of_the_same_machines")
def test_cheap_units_are_the_choice(context: Context) -> None:
    answer = answered(context, ReservedUnits("PTU", 1.0, 12_000.0))
    assert answer.advice[0].startswith("choose API in reserved units: a/dear, reserved units: 1 x PTU at $1.00 a month")
    assert next(b for b in answer.break_even if b.api.endswith("units")).tokens_per_month is None
