"""The questions of a report."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from planner.catalogs import Catalogs
from planner.document.answers import Answers
from planner.document.asking import Given, answers, newest_price
from planner.errors import PlannerError
from planner.planner import Planner
from planner.tco.request import parse_tco
from tests.planner.document.conftest import NEVER, SMALL
from tests.planner.tco.conftest import PRICES


def test_a_report_without_a_day_is_of_the_newest_price(catalogs: Catalogs) -> None:
    day = newest_price(catalogs)
    assert date(2026, 1, 1) < day < date(2040, 1, 1)
    assert all(offer.as_of <= day.isoformat() for offer in catalogs.hardware.offers)


def test_answers_are_those_of_the_planner(small: Answers, planner: Planner) -> None:
    assert planner.plan(small.request) == small.plan
    assert small.as_of == date(2026, 11, 20)
    assert small.tco is not None
    assert small.tco.self_hosting[0].price_age_days is not None


def test_money_beside_the_plan_is_the_same_money(small: Answers, planner: Planner) -> None:
    request, terms = parse_tco(SMALL)
    beside = answers(planner, request, terms, Given(PRICES, (), aside=True))
    alone = answers(planner, request, terms, Given(PRICES))
    assert (beside.tco, beside.quant) == (alone.tco, alone.quant)


def test_what_cannot_be_met_needs_no_money(never: Answers) -> None:
    assert (never.plan.status, never.tco, never.details) == ("infeasible", None, None)
    assert never.quant is not None


def test_an_error_in_the_money_is_told_where_a_plan_exists(planner: Planner) -> None:
    wrong: dict[str, Any] = {**SMALL, "tco": {"apis": ["no/such"]}}
    with pytest.raises(PlannerError, match="no/such"):
        answers(planner, *parse_tco(wrong), Given(PRICES))
    request, terms = parse_tco({**NEVER, "tco": {"apis": ["no/such"]}})
    assert answers(planner, request, terms, Given(PRICES)).plan.status == "infeasible"
