"""The questions of a report."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from planner.answers import Plan
from planner.dates import age_days
from planner.document.answers import Answers
from planner.document.asking import Given, answers
from planner.errors import PlannerError
from planner.planner import Planner
from planner.tco.request import parse_tco
from tests.planner.document.conftest import NEVER, SMALL
from tests.planner.tco.conftest import PRICES


def test_a_price_is_as_old_in_the_report_as_in_the_plan_and_the_money(planner: Planner) -> None:
    """Without a day of its own the request is of the planner's: one day for all."""
    data = {**SMALL, "scope": {key: value for key, value in SMALL["scope"].items() if key != "as_of"}}
    request, terms = parse_tco(data)
    found = answers(planner, request, terms, Given(PRICES))
    assert isinstance(found.plan, Plan)
    assert found.tco is not None
    assert found.as_of == planner.today
    machine = found.plan.cluster.machine
    assert machine.price_age_days == age_days(machine.price_as_of, planner.today)
    rented = [way for way in found.tco.self_hosting if way.price_age_days is not None]
    assert [way.price_age_days for way in rented] == [age_days(way.price_as_of, planner.today) for way in rented]
    assert planner.dated(request).scope.as_of == planner.today


def test_a_day_that_is_stated_is_the_reports(small: Answers, planner: Planner) -> None:
    other = Planner(catalogs=planner.catalogs, today=date(2027, 1, 1))
    assert small.as_of == date(2026, 11, 20)
    assert other.dated(small.request).scope.as_of == small.as_of != other.today


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
